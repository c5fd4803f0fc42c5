package org.diptych.engine.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.model.Learns;
import org.diptych.engine.model.VisionLanguageModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files as their authors published them, with nothing beside: what a `config.json` would say is read off the tensors, or asked for.
@Tag("unit")
class OriginalsAloneTest {
    private static final Path GOLDEN = Path.of("golden");

    @TempDir
    Path folder;

    private record Opened(Map<String, String> shapes, Object capabilities, Object objectives,
            Map<String, byte[]> some) {
    }

    private static Opened open(Path path) throws EngineException {
        return TestLane.run(context -> {
            Loader.Loaded loaded = new Loader(Models.all()).load(path, context.scope());
            assertThat(loaded.report().complete()).isTrue();
            VisionLanguageModel model = loaded.model();
            Map<String, String> shapes = new TreeMap<>();
            Map<String, byte[]> some = new TreeMap<>();
            model.module().weights().forEach((name, weight) -> {
                shapes.put(name, weight.shape().toString());
                if (name.contains("blocks.0.") || name.contains("layers.0.")) {
                    some.put(name, weight.get().toByteArray());
                }
            });
            return new Opened(shapes, model.capabilities(), ((Learns) model).objectives(), some);
        });
    }

    private Path alone(String fixture, String... files) throws Exception {
        Path own = Files.createDirectories(folder.resolve("alone"));
        for (String file : files) {
            Files.copy(GOLDEN.resolve(fixture).resolve(file), own.resolve(file));
        }
        return own;
    }

    @ParameterizedTest
    @CsvSource({"beit3/masked_data_modeling, beit3_base_patch16_224.pth",
            "beit3/retrieval, beit3_base_patch16_384_coco_retrieval.pth", "beit3/vqa, beit3_base_patch16_480_vqa.pth",
            "beit3/nlvr2, beit3_base_patch16_224_nlvr2.pth",
            "beit3/captioning, beit3_base_patch16_480_coco_captioning.pth",
            "vlmo/ft_irtr, vlmo_base_patch16_384_coco.pt", "vlmo/ft_nlvr2, vlmo_base_patch16_384_nlvr2.pt",
            "vlmo/ft_vqa, vlmo_base_patch16_480_vqa.pt", "vlmo/pretrain, vlmo_base_patch16_224.pt",
            "vlmo/pretrain_base_plus, vlmo_base_plus_patch16_224.pt",
            "vlmo/stage2_textmlm, vlmo_base_patch16_224_stage2.pt",
            "llava/v1_5_hf, pytorch_model.bin"})
    void theyOpenAsTheyDoWithTheirConfiguration(String fixture, String file) throws Exception {
        Opened without = open(alone(fixture, file));
        Path whole = Files.createDirectories(folder.resolve("whole"));
        Files.copy(GOLDEN.resolve(fixture).resolve(file), whole.resolve(file));
        Path original = GOLDEN.resolve(fixture).resolve("config_original.json");
        Files.copy(Files.exists(original) ? original : GOLDEN.resolve(fixture).resolve("config.json"),
                whole.resolve("config.json"));
        Opened with = open(whole);
        assertThat(without.shapes()).isEqualTo(with.shapes()).isNotEmpty();
        assertThat(without.capabilities()).isEqualTo(with.capabilities());
        assertThat(without.objectives()).isEqualTo(with.objectives());
        assertThat(without.some()).isNotEmpty();
        without.some().forEach((name, values) -> assertThat(values).as(name).isEqualTo(with.some().get(name)));
    }

    /// A picture tower that is not in the file can be made only by what is said of it elsewhere.
    @Test
    void aFirstLlavaWithoutItsTowerSaysWhatToAdd() throws Exception {
        Path own = alone("llava/v1_linear_original", "mm_projector.bin");
        assertThatThrownBy(() -> open(own)).isInstanceOfSatisfying(EngineException.class, e -> {
            assertThat(e.key()).isEqualTo("models.config");
            assertThat(e.getMessage()).contains("config.json");
        });
    }
}
