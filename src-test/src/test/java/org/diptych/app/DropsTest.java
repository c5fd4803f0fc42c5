package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javafx.event.EventType;
import javafx.scene.Node;
import javafx.scene.input.DataFormat;
import javafx.scene.input.DragEvent;
import javafx.scene.input.Dragboard;
import javafx.scene.input.PickResult;
import javafx.scene.input.TransferMode;
import javafx.scene.layout.Pane;
import org.diptych.app.fx.Drops;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fx")
class DropsTest {
    private final List<String> taken = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        FxStage.startToolkit();
    }

    private Pane place(boolean usable) {
        Pane pane = new Pane();
        Drops.onto(pane, from -> {
            taken.add(from.getString());
            return usable;
        });
        return pane;
    }

    /// @return what another program drags, of which only one form is there
    private static Dragboard board(DataFormat form, Object content) throws Exception {
        Class.forName(Dragboard.class.getName()); // its helper is set up with it
        Class<?> peer = Class.forName("com.sun.javafx.tk.TKClipboard");
        Object dragged = Proxy.newProxyInstance(peer.getClassLoader(), new Class<?>[]{peer},
                (self, method, args) -> switch (method.getName()) {
                    case "hasContent" -> args[0] == form;
                    case "getContent" -> args[0] == form ? content : null;
                    case "getContentTypes" -> Set.of(form);
                    case "getTransferModes" -> EnumSet.of(TransferMode.COPY);
                    default -> null;
                });
        return (Dragboard) Class.forName("com.sun.javafx.scene.input.DragboardHelper")
                .getMethod("createDragboard", peer).invoke(null, dragged);
    }

    /// @return what it tells the one who drags
    private static boolean fire(Pane on, EventType<DragEvent> type, Dragboard board) {
        DragEvent event = new DragEvent(on, on, type, board, 5, 5, 5, 5, TransferMode.COPY, null, on,
                new PickResult((Node) on, 5, 5));
        on.fireEvent(event);
        return event.isDropCompleted();
    }

    @Test
    void aTextIsTakenAndToldWhetherItServed() throws Exception {
        FxStage.call(() -> {
            Dragboard text = board(DataFormat.PLAIN_TEXT, "a red cat");
            fire(place(true), DragEvent.DRAG_OVER, text);
            assertThat(taken).as("nothing is taken while it hangs over").isEmpty();
            assertThat(fire(place(true), DragEvent.DRAG_DROPPED, text)).isTrue();
            assertThat(fire(place(false), DragEvent.DRAG_DROPPED, text)).isFalse();
            assertThat(taken).containsExactly("a red cat", "a red cat");
            return null;
        });
    }

    @Test
    void filesAreLeftToTheWindow() throws Exception {
        FxStage.call(() -> {
            assertThat(fire(place(true), DragEvent.DRAG_DROPPED, board(DataFormat.FILES, List.of()))).isFalse();
            assertThat(taken).isEmpty();
            return null;
        });
    }
}
