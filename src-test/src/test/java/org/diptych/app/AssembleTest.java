package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Labeled;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.checkpoint.TakenApart;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A LLaVA is put together by hand through the window and opened.
@Tag("fx")
class AssembleTest extends WindowTest {
    private TakenApart parts;

    @Override
    void prepare() throws Exception {
        parts = TakenApart.in(folder.resolve("parts"));
    }

    private DialogPane ask() throws Exception {
        show("models");
        fire("tile-llava");
        FxStage.await("the page", () -> window.scene.lookup("#catalog-assemble") != null);
        Platform.runLater(() -> ((Button) find("catalog-assemble")).fire());
        return dialog();
    }

    private static void type(DialogPane dialog, String id, Path path) throws Exception {
        FxStage.call(() -> {
            ((TextField) dialog.lookup("#" + id)).setText(path.toString());
            return null;
        });
    }

    private static void projector(DialogPane dialog, String kind) throws Exception {
        FxStage.call(() -> {
            ((ToggleButton) dialog.lookup("#assemble-" + kind + "-projector")).fire();
            return null;
        });
    }

    private static List<String> texts(DialogPane dialog, String id) {
        Node place = dialog.lookup("#" + id);
        return place.lookupAll(".label").stream().map(n -> ((Labeled) n).getText()).toList();
    }

    @Test
    void twoCheckpointsBecomeAModelThatOpens() throws Exception {
        DialogPane dialog = ask();
        FxStage.await("what must agree", () -> texts(dialog, "assemble-table").contains("– not chosen"));
        assertThat(FxStage.call(() -> can(dialog))).isFalse();
        assertThat(FxStage.call(() -> why(dialog))).contains("picture tower");
        shoot(dialog, "assemble-empty");
        type(dialog, "assemble-vision", parts.vision());
        FxStage.await("the next reason", () -> why(dialog).contains("language model"));
        type(dialog, "assemble-language", parts.language());
        FxStage.await("all agrees", () -> can(dialog));
        assertThat(FxStage.call(() -> texts(dialog, "assemble-table"))).contains("picture tower gives 32",
                "projector takes 32", "16 image tokens", "context of 256", "✓ agrees")
                .noneMatch(t -> t.startsWith("✗") || t.startsWith("–"));
        assertThat(FxStage.call(() -> texts(dialog, "assemble-taken"))).hasSize(3)
                .anyMatch(t -> t.contains(parts.vision().toString())).anyMatch(t -> t.contains("2 layers"));
        shoot(dialog, "assemble");
        projector(dialog, "linear");
        FxStage.await("one matrix", () -> can(dialog)
                && texts(dialog, "assemble-taken").stream().anyMatch(t -> t.contains("1 layer")));
        Path out = FxStage.call(() -> Path.of(((TextField) dialog.lookup("#assemble-out")).getText()));
        assertThat(out.getParent()).as("beside the language model").isEqualTo(parts.language().getParent());
        type(dialog, "assemble-out", parts.vision());
        assertThat(FxStage.call(() -> why(dialog))).contains("nothing is replaced");
        type(dialog, "assemble-out", out);
        press(dialog, 0);
        FxStage.await("what was made", () -> window.scene.lookup("#assembled") != null);
        assertThat(Files.readString(out.resolve("config.json"))).contains("\"projector_layers\": 1");
        assertThat(window.shootLooks("assembled")).isEmpty();
        int before = FxStage.call(() -> window.models.loaded().size());
        FxStage.call(() -> {
            ((Button) window.scene.lookup("#assembled").lookup(".accent")).fire();
            return null;
        });
        FxStage.await("the model", () -> window.models.loaded().size() == before + 1);
        LoadedModel model = FxStage.call(() -> window.models.selectedProperty().get().orElseThrow());
        assertThat(model.card().id()).isEqualTo("llava");
        assertThat(model.report().complete()).isTrue();
        assertThat(FxStage.call(() -> window.scene.lookup("#assembled"))).isNull();
        FxStage.call(() -> engine.unload(model.handle()));
    }

    @Test
    void whatDoesNotFitIsSaidAndCannotBeMade() throws Exception {
        Path projector = folder.resolve("narrow.safetensors");
        byte[] header = "{\"model.mm_projector.weight\":{\"dtype\":\"U8\",\"shape\":[16,32],\"data_offsets\":[0,512]}}"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(projector, java.nio.ByteBuffer.allocate(8 + header.length + 512)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).array());
        DialogPane dialog = ask();
        type(dialog, "assemble-vision", parts.vision());
        type(dialog, "assemble-language", parts.language());
        projector(dialog, "trained");
        FxStage.await("a file is wanted", () -> why(dialog).contains("trained projector"));
        type(dialog, "assemble-trained", projector);
        FxStage.await("it does not fit", () -> why(dialog).contains("do not fit"));
        assertThat(FxStage.call(() -> can(dialog))).isFalse();
        assertThat(FxStage.call(() -> texts(dialog, "assemble-table"))).contains("projector gives 16",
                "✗ does not agree");
        assertThat(FxStage.call(() -> texts(dialog, "assemble-error"))).anyMatch(t -> t.contains("(16, 32)"));
        assertThat(FxStage.call(() -> {
            Node table = dialog.lookup("#assemble-table");
            ScrollPane scroll = (ScrollPane) dialog.lookup(".scroll-pane");
            return scroll.localToScene(scroll.getBoundsInLocal())
                    .contains(table.localToScene(table.getBoundsInLocal()));
        })).as("the shapes that the message speaks of are in sight").isTrue();
        shoot(dialog, "assemble-mismatch");
        projector(dialog, "mlp");
        FxStage.await("a fresh one fits", () -> can(dialog));
        Files.delete(parts.language().resolve("tokenizer.model"));
        projector(dialog, "linear");
        FxStage.await("no tokenizer", () -> texts(dialog, "assemble-table").contains("none beside the weights"));
        FxStage.await("the reason", () -> why(dialog).contains("do not fit"));
        assertThat(FxStage.call(() -> texts(dialog, "assemble-error"))).anyMatch(t -> t.contains("tokenizer.json"));
        type(dialog, "assemble-language", parts.vision());
        FxStage.await("no language model", () -> why(dialog).contains("cannot be used"));
        press(dialog, 1);
        try (Stream<Path> all = Files.list(parts.language().getParent())) {
            assertThat(all).as("nothing was made").hasSize(2);
        }
    }
}
