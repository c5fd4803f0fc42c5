package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.models.RandomModel;
import org.diptych.engine.models.beit3.Beit3Family;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Where there is no map, the window says why.
@Tag("fx")
class WhyNoMapTest extends WindowTest {
    private static final String WORDS_ONLY = """
            {"vocab_size": %d, "max_source_positions": 40, "encoder_embed_dim": 16, "encoder_layers": 2,
             "encoder_attention_heads": 2, "encoder_ffn_embed_dim": 24, "img_size": 32, "patch_size": 8,
             "heads": {"words": true}}""";

    private void open(Path model, String view) throws Exception {
        LoadedModel loaded = engine.load(new LoadRequest(model.toString())).result().toCompletableFuture().join();
        FxStage.call(() -> {
            window.models.add(loaded);
            window.models.selectedProperty().set(Optional.of(loaded));
            return null;
        });
        show(view);
    }

    private boolean mapped(String canvas) {
        return ((ImageCanvas) find(canvas)).overlays().stream()
                .anyMatch(o -> o instanceof HeatOverlay heat && heat.heat().isPresent());
    }

    /// A network of convolutions attends nowhere but in its last pooling.
    @Test
    void aMatchThatNoAttentionLeadsFrom() throws Exception {
        Path folder = Files.createDirectories(data.resolve("convolutions"));
        for (String name : List.of("model.safetensors", "config.json")) {
            Files.copy(Path.of("golden/clip/rn").resolve(name), folder.resolve(name));
        }
        List<String> words = new ArrayList<>(RegionViewsTest.WORDS);
        while (words.size() < 60) {
            words.add("word" + words.size());
        }
        Files.write(folder.resolve("vocab.txt"), words);
        open(folder, "ask");
        FxStage.call(() -> {
            ((ToggleButton) find("ask-mode-match")).fire();
            TextField field = find("ask-text");
            field.setText("a red boat");
            field.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.ENTER, false, false, false, false));
            return null;
        });
        FxStage.await("why there is no map",
                () -> ((Label) find("ask-map-caption")).getText().contains("no attention leads"));
        assertThat(FxStage.call(() -> mapped("ask-picture"))).isFalse();
    }

    @Test
    void aFileThatFillsGapsOnlyExplainsTheWordThatIsChosen() throws Exception {
        open(RandomModel.save(data.resolve("words-only"), new Beit3Family(), JsonParser
                .parseString(WORDS_ONLY.formatted(RegionViewsTest.WORDS.size())).getAsJsonObject(),
                RegionViewsTest.WORDS), "look");
        TokenStrip strip = FxStage.call(() -> find("inspect-words"));
        FxStage.await("the sentence", () -> strip.tokens().size() > 2);
        FxStage.await("what to do for a map",
                () -> ((Label) find("inspect-map-caption")).getText().contains("Click a word"));
        assertThat(FxStage.call(() -> mapped("inspect-picture"))).isFalse();
        FxStage.call(() -> {
            strip.selectionProperty().set(Optional.of(new TokenStrip.Span(2, 2)));
            return null;
        });
        FxStage.await("its map", () -> mapped("inspect-picture"));
    }
}
