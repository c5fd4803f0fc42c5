package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.kernel.Brain;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A LLaVA by hand: the reference's tiny one taken apart and put together again.
@Tag("unit")
class AssemblyTest {
    private static final Path WHOLE = Path.of("golden/llava/v1_5_hf");
    @TempDir
    private Path folder;
    private Path vision;
    private Path language;

    @BeforeEach
    void takeApart() throws EngineException, IOException {
        vision = Files.createDirectories(folder.resolve("vision"));
        language = Files.createDirectories(folder.resolve("language"));
        com.google.gson.JsonObject config = com.google.gson.JsonParser
                .parseString(Files.readString(WHOLE.resolve("config.json"))).getAsJsonObject();
        Files.writeString(vision.resolve("config.json"), config.get("vision_config").toString());
        Files.writeString(language.resolve("config.json"), config.get("text_config").toString());
        Files.copy(WHOLE.resolve("tokenizer.model"), language.resolve("tokenizer.model"));
        TestLane.run(context -> {
            try (CheckpointReader reader = CheckpointReader.open(WHOLE.resolve("model.safetensors"))) {
                part(reader, "vision_tower.", vision, context.scope());
                part(reader, "language_model.", language, context.scope());
            }
            return true;
        });
    }

    private static void part(CheckpointReader reader, String prefix, Path to, NDManager scope) throws EngineException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        for (String name : reader.names()) {
            if (name.startsWith(prefix)) {
                tensors.put(name.substring(prefix.length()), reader.read(name, scope));
            }
        }
        SafetensorsWriter.write(to.resolve("model.safetensors"), tensors, Map.of());
    }

    private AssembleResult assemble(Optional<Path> projector) throws EngineException {
        AssembleRequest request = new AssembleRequest(vision, language, projector, folder.resolve("made"), 3);
        return TestLane.run(context -> new Assembly(request, context.scope()).run());
    }

    @Test
    void aLanguageModelInBf16StaysSo() throws EngineException {
        TestLane.run(context -> {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            try (CheckpointReader reader = CheckpointReader.open(language.resolve("model.safetensors"))) {
                for (String name : reader.names()) {
                    tensors.put(name, Brain.rounded(reader.read(name, context.scope())));
                }
                SafetensorsWriter.write(folder.resolve("brain.safetensors"), tensors, Map.of());
            }
            return true;
        });
        try {
            Files.move(folder.resolve("brain.safetensors"), language.resolve("model.safetensors"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        AssembleResult made = assemble(Optional.empty());
        String table = "language_model.model.embed_tokens.weight";
        TestLane.run(context -> {
            try (CheckpointReader whole = CheckpointReader.open(made.out());
                    CheckpointReader part = CheckpointReader.open(language.resolve("model.safetensors"))) {
                assertThat(whole.entry(table).type()).isEqualTo(DType.BF16);
                float[] longer = whole.read(table, context.scope()).toFloatArray();
                float[] given = part.read("model.embed_tokens.weight", context.scope()).toFloatArray();
                assertThat(longer).hasSizeGreaterThan(given.length).startsWith(given);
            }
            return true;
        });
    }

    @Test
    void partsBecomeOneFolderThatOpens() throws EngineException {
        for (Optional<Path> projector : List.of(Optional.<Path>empty(),
                Optional.of(WHOLE.resolve("mm_projector.bin")))) {
            AssembleResult made = assemble(projector);
            assertThat(made.fits()).extracting(AssembleResult.Fit::name).contains(
                    "multi_modal_projector.linear_1.weight", "multi_modal_projector.linear_2.weight",
                    "language_model.model.embed_tokens.weight");
            TestLane.run(context -> {
                Loader.Loaded loaded = new Loader(Models.all()).load(made.out(), context.scope().newSubManager());
                assertThat(loaded.report().complete()).isTrue();
                NDArray words = loaded.model().module().weights().get("language_model.model.embed_tokens.weight").get();
                assertThat(words.getShape().get(0)).as("448 rows, two more, a multiple of 64").isEqualTo(512);
                return true;
            });
        }
    }

    @Test
    void aLanguageModelWithoutTokenizerIsRefused() throws IOException {
        assertThatThrownBy(() -> {
            Files.delete(language.resolve("tokenizer.model"));
            assemble(Optional.empty());
        }).isInstanceOf(EngineException.class).hasMessageContaining("tokenizer.model");
    }

    @Test
    void aProjectorOfAnotherWidthIsRefused() throws EngineException {
        Path other = folder.resolve("other.safetensors");
        TestLane.run(context -> {
            SafetensorsWriter.write(other, Map.of("model.mm_projector.0.weight",
                    context.scope().zeros(new ai.djl.ndarray.types.Shape(48, 32))), Map.of());
            return true;
        });
        assertThatThrownBy(() -> assemble(Optional.of(other))).isInstanceOf(EngineException.class)
                .hasMessageContaining("(48, 32)").hasMessageContaining("(32, 32)");
    }
}
