package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.DialogPane;
import javafx.scene.control.ListView;
import javafx.scene.control.Slider;
import javafx.scene.control.TextArea;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.image.ImageView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.stage.Window;
import org.diptych.engine.Engine;
import org.diptych.engine.api.BrokenRow;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataSet;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A set is opened, searched, corrected with undo and redo, divided, saved as a new one and handed on to be taught; pictures of the view lie in `target/screenshots`.
@Tag("fx")
class DataViewTest {
    private static final int COUNT = 24;

    @TempDir
    static Path data;
    private static Engine engine;

    @TempDir
    Path folder;
    private Path set;
    private FxStage window;

    @BeforeAll
    static void start() throws Exception {
        FxStage.startToolkit();
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @BeforeEach
    void open() throws Exception {
        StringBuilder table = new StringBuilder("image,caption,split\n");
        for (int i = 0; i < COUNT; i++) {
            Pictures.writePng(folder.resolve(i + ".png"), Toybox.scene(i, 96, World.ALIGNED).picture());
            table.append(i).append(".png,\"").append(Toybox.scene(i, 96, World.ALIGNED).captions().get("en").getFirst())
                    .append("\",").append(i % 4 == 3 ? "val" : "train").append('\n');
        }
        table.append("gone.png,a fish that nobody has seen,train\n7.png,,val\n8.png\n");
        set = Files.writeString(folder.resolve("captions.csv"), table);
        window = new FxStage(folder.resolve("settings"));
        window.engine = Optional.of(engine);
        window.open(1440, 900, Workbench::features);
        FxStage.call(() -> {
            window.shell.show("data");
            return null;
        });
    }

    @AfterEach
    void close() throws Exception {
        window.close();
    }

    @SuppressWarnings("unchecked")
    private <N extends Node> N find(String id) {
        N node = (N) window.scene.lookup("#" + id);
        assertThat(node).as(id).isNotNull();
        return node;
    }

    private ListView<Integer> rows() {
        return find("data-rows");
    }

    private List<Integer> items() throws Exception {
        return FxStage.call(() -> List.copyOf(rows().getItems()));
    }

    private void read(Path file) throws Exception {
        assertThat(FxStage.call(() -> window.shell.open(List.of(file)))).isTrue();
        FxStage.await("the split pane's inside", () -> window.scene.lookup("#data-caption") != null);
        FxStage.await("the rows", () -> rows().isVisible() && !rows().getItems().isEmpty());
    }

    private void filter(String id) throws Exception {
        FxStage.call(() -> {
            this.<ToggleButton>find("data-filter-" + id).fire();
            return null;
        });
    }

    private String filterText(String id) throws Exception {
        return FxStage.call(() -> this.<ToggleButton>find("data-filter-" + id).getText());
    }

    private void search(String words) throws Exception {
        FxStage.call(() -> {
            this.<TextField>find("data-search").setText(words);
            return null;
        });
    }

    private void select(int row) throws Exception {
        FxStage.call(() -> {
            rows().getSelectionModel().select((Integer) row);
            return null;
        });
    }

    private void edit(int row, String text) throws Exception {
        select(row);
        FxStage.call(() -> {
            TextArea caption = find("data-caption");
            caption.setText(text);
            caption.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.ENTER, false, false, false, false));
            return null;
        });
    }

    private String caption() throws Exception {
        return FxStage.call(() -> this.<TextArea>find("data-caption").getText());
    }

    private void undo() throws Exception {
        FxStage.call(() -> window.undo.undo());
    }

    private void redo() throws Exception {
        FxStage.call(() -> window.undo.redo());
    }

    private static DataSet set(Path source) throws Exception {
        return engine.sets().read(source).result().toCompletableFuture().get();
    }

    private static Optional<DialogPane> dialog() {
        return Window.getWindows().stream().filter(Window::isShowing).map(w -> w.getScene().getRoot())
                .filter(DialogPane.class::isInstance).map(DialogPane.class::cast).findFirst();
    }

    private static void ask(Button button) throws Exception {
        Platform.runLater(button::fire);
        FxStage.await("the dialog", () -> dialog().isPresent());
    }

    private static Button first(DialogPane dialog) {
        return (Button) dialog.lookupButton(dialog.getButtonTypes().getFirst());
    }

    @Test
    void aSetIsLookedThroughAndBrokenRowsSayWhy() throws Exception {
        assertThat(window.shootLooks("data-empty")).isEmpty();
        read(set);
        assertThat(items()).hasSize(COUNT);
        FxStage.await("the first pictures",
                () -> rows().lookupAll(".image-view").stream().anyMatch(v -> ((ImageView) v).getImage() != null));
        select(3);
        window.shootAll("data");
        filter("validation");
        FxStage.await("what is validated with",
                () -> items().size() == COUNT / 4 && items().stream().allMatch(i -> i % 4 == 3));
        assertThat(FxStage.call(() -> rows().getSelectionModel().getSelectedItem())).isEqualTo(3);
        search("3.png");
        FxStage.await("what was looked for", () -> items().equals(List.of(3, 23)));
        search("no such words");
        FxStage.await("nothing", () -> items().isEmpty());
        search("");
        FxStage.await("all of the part", () -> items().size() == COUNT / 4);
        assertThat(filterText("broken")).contains("3");
        filter("broken");
        ListView<BrokenRow> broken = find("data-broken");
        FxStage.await("what is broken", () -> broken.getItems().size() == 3);
        assertThat(FxStage.call(() -> List.copyOf(broken.getItems()))).extracting(b -> b.row() + " " + b.why().key())
                .containsExactly("26 data.broken.picture.missing", "27 data.broken.caption", "28 data.broken.cells");
        assertThat(window.shootLooks("data-broken")).isEmpty();
        search("gone");
        FxStage.await("the one", () -> broken.getItems().size() == 1);
    }

    @Test
    void captionsAreEditedTakenBackDoneAgainAndSavedAsANewSet() throws Exception {
        byte[] before = Files.readAllBytes(set);
        read(set);
        select(0);
        String first = caption();
        edit(0, "  one thing ");
        assertThat(caption()).isEqualTo("one thing");
        edit(2, "another thing");
        filter("edited");
        FxStage.await("what was edited", () -> items().equals(List.of(0, 2)));
        assertThat(FxStage.call(() -> find("data-teach").isDisabled())).as("edits are not in any file yet").isTrue();
        assertThat(window.shootLooks("data-edited")).isEmpty();
        edit(2, "   ");
        assertThat(items()).as("an empty caption is no edit").containsExactly(0, 2);
        undo();
        FxStage.await("one is taken back", () -> items().equals(List.of(0)));
        undo();
        FxStage.await("both are taken back", () -> items().isEmpty());
        redo();
        FxStage.await("one is done again", () -> items().equals(List.of(0)));
        redo();
        FxStage.await("both are done again", () -> items().equals(List.of(0, 2)));
        assertThat(FxStage.call(() -> window.undo.redo())).isEmpty();
        undo();
        undo();
        filter("all");
        FxStage.await("all", () -> items().size() == COUNT);
        select(0);
        assertThat(caption()).isEqualTo(first);
        edit(0, "one thing");
        ask(find("data-save"));
        Path to = folder.resolve("new");
        FxStage.call(() -> {
            DialogPane dialog = dialog().orElseThrow();
            TextField where = (TextField) dialog.lookup("#data-folder");
            assertThat(where.getText()).isEqualTo(folder.resolve("captions-new").toString());
            where.setText(set.toString());
            assertThat(first(dialog).isDisabled()).as("a file that is there").isTrue();
            where.setText(to.toString());
            first(dialog).fire();
            return null;
        });
        FxStage.await("the new set", () -> find("data-rows").isVisible() && !find("data-teach").isDisabled());
        List<DataRow> rows = set(to).rows();
        assertThat(rows).hasSize(COUNT);
        assertThat(rows.getFirst().caption()).isEqualTo("one thing");
        assertThat(rows.get(3).part()).isEqualTo(DataRow.Part.VALIDATION);
        assertThat(Files.isSameFile(rows.getFirst().picture(), folder.resolve("0.png"))).isTrue();
        assertThat(Files.readAllBytes(set)).as("the set's own file").isEqualTo(before);
        undo();
        FxStage.await("the old set with its edit", () -> items().size() == COUNT && filterText("edited").contains("1"));
        assertThat(FxStage.call(() -> find("data-teach").isDisabled())).isTrue();
    }

    @Test
    void aSetIsDividedAnew() throws Exception {
        read(set);
        assertThat(filterText("validation")).endsWith(" 6");
        ask(find("data-divide"));
        FxStage.call(() -> {
            DialogPane dialog = dialog().orElseThrow();
            ((Slider) dialog.lookup("#data-share")).setValue(50);
            first(dialog).fire();
            return null;
        });
        FxStage.await("half of it", () -> filterText("validation").endsWith(" 12"));
        assertThat(filterText("train")).endsWith(" 12");
        undo();
        assertThat(filterText("validation")).endsWith(" 6");
        redo();
        assertThat(filterText("validation")).endsWith(" 12");
    }

    @Test
    void aSetIsHandedOnToBeTaught() throws Exception {
        read(set);
        FxStage.call(() -> {
            this.<Button>find("data-teach").fire();
            return null;
        });
        assertThat(FxStage.call(() -> window.shell.shown().orElseThrow().id())).isEqualTo("teach");
        ChoiceBox<Boolean> chosen = find("finetune-data");
        assertThat(FxStage.call(() -> chosen.getConverter().toString(chosen.getValue()))).contains("captions.csv");
    }

    @Test
    void whatIsNoSetSaysSo() throws Exception {
        Path none = Files.writeString(folder.resolve("none.json"), "{\"a\": 1}");
        FxStage.call(() -> window.shell.open(List.of(none)));
        FxStage.await("the message", () -> find("data-error").isVisible());
        assertThat(FxStage.call(() -> find("data-empty").isVisible())).isTrue();
        read(set);
        assertThat(FxStage.call(() -> find("data-error").isVisible())).isFalse();
    }
}
