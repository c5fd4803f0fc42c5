package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadReport;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Texts;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class LoaderTest {
    private static final Path CLIP = Path.of("golden/clip/hf");
    private static final String PROJECTION = "visual_projection.weight";

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void aFolderLikeClips() throws IOException {
        file = folder.resolve("model.safetensors");
        Files.copy(CLIP.resolve("config.json"), folder.resolve("config.json"));
    }

    /// Writes CLIP's checkpoint with something changed.
    private void clipWith(NDManager scope, Consumer<Map<String, NDArray>> change) throws EngineException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        try (CheckpointReader reader = CheckpointReader.open(CLIP.resolve("model.safetensors"))) {
            for (String name : reader.names()) {
                tensors.put(name, reader.read(name, scope));
            }
        }
        change.accept(tensors);
        SafetensorsWriter.write(file, tensors, Map.of());
    }

    private EngineException refused(Consumer<Map<String, NDArray>> change, String key) throws EngineException {
        return TestLane.run(context -> {
            clipWith(context.scope(), change);
            return Refusal.of(() -> new Loader(Models.all()).load(folder, context.scope().newSubManager()), key);
        });
    }

    @Test
    void everyWeightIsSetAndTheScopeIsClosedToStrayArrays() throws EngineException {
        TestLane.run(context -> {
            NDManager weights = context.scope().newSubManager();
            Loader.Loaded loaded = new Loader(Models.all()).load(CLIP.resolve("model.safetensors"), weights);
            LoadReport report = loaded.report();
            assertThat(report.complete()).isTrue();
            assertThat(report.layout()).isEqualTo("Hugging Face");
            assertThat(report.mapped()).isTrue();
            Map<String, Weight> all = loaded.model().module().weights();
            assertThat(report.loaded()).isEqualTo(all.size());
            assertThat(all.values()).allMatch(Weight::isSet);
            NDArray weight = all.values().iterator().next().get();
            assertThatThrownBy(() -> weight.mul(2)).isInstanceOf(IllegalStateException.class);
            return 0;
        });
    }

    @Test
    void halfPrecisionIsLoadedAsSingle() throws EngineException {
        TestLane.run(context -> {
            clipWith(context.scope(), t -> t.replaceAll(
                    (name, tensor) -> tensor.getDataType() == DataType.FLOAT32
                            ? tensor.toType(DataType.FLOAT16, false)
                            : tensor));
            Loader.Loaded half = new Loader(Models.all()).load(folder, context.scope().newSubManager());
            Loader.Loaded full = new Loader(Models.all()).load(CLIP, context.scope().newSubManager());
            assertThat(half.report().mapped()).isFalse();
            assertThat(half.report().bytes()).isEqualTo(full.report().bytes());
            half.model().module().weights().forEach((name, weight) -> {
                assertThat(weight.get().getDataType()).isEqualTo(DataType.FLOAT32);
                NDArray exact = full.model().module().weights().get(name).get();
                NDArray error = context.scope().zeros(exact.getShape()).add(exact).sub(weight.get()).abs();
                assertThat(error.max().getFloat()).as(name).isLessThan(4e-3f);
            });
            return 0;
        });
    }

    @Test
    void missingNamesAreToldWithTheNearestLayout() throws EngineException {
        EngineException told = refused(t -> {
            t.remove("logit_scale");
            t.remove("vision_model.post_layernorm.bias");
        }, "checkpoint.mismatch");
        assertThat(told.why(Texts.ENGLISH)).contains("Missing 2", "logit_scale", "vision_model.post_layernorm.bias",
                "Unexpected 0", "nearest to CLIP in the Hugging Face layout");
    }

    @Test
    void tenUnexpectedNamesAreTold() throws EngineException {
        EngineException told = refused(t -> {
            NDArray any = t.get("logit_scale");
            for (int i = 10; i < 30; i++) {
                t.put("adapter." + i, any);
            }
        }, "checkpoint.mismatch");
        assertThat(told.why(Texts.ENGLISH)).contains("Unexpected 20", "adapter.10", "adapter.19", "…")
                .doesNotContain("adapter.20");
    }

    @Test
    void aMisshapenTensorIsToldWithBothShapes() throws EngineException {
        EngineException told = refused(t -> t.computeIfPresent(PROJECTION, (n, x) -> x.get(":, 1:")),
                "checkpoint.mismatch");
        assertThat(told.why(Texts.ENGLISH)).contains("Missing 0", "Other shape 1", PROJECTION, "≠");
    }

    @Test
    void shapesThatContradictTheirNamesAreTold() throws EngineException {
        refused(t -> {
            t.computeIfPresent("vision_model.embeddings.patch_embedding.weight", (n, x) -> x.flatten());
            t.computeIfPresent("text_model.embeddings.token_embedding.weight", (n, x) -> x.flatten());
            try {
                Files.delete(folder.resolve("config.json"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }, "checkpoint.infer");
    }

    @Test
    void anotherModelsCheckpointIsNamed() throws EngineException {
        List<Family> onlyClip = Models.all().stream().filter(f -> f.id().equals("clip")).toList();
        KnownLayouts.Known vilt = KnownLayouts.read().stream()
                .filter(k -> k.family().equals("vilt") && k.layout().equals("original")).findFirst().orElseThrow();
        TestLane.run(context -> {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            vilt.names().forEach(n -> tensors.put(n.replace('#', '3'), context.scope().ones(new Shape(2))));
            SafetensorsWriter.write(file, tensors, Map.of());
            EngineException told = Refusal.of(
                    () -> new Loader(onlyClip).load(file, context.scope().newSubManager()), "checkpoint.family.later");
            assertThat(told.what(Texts.ENGLISH)).contains("ViLT");
            assertThat(told.why(Texts.ENGLISH)).contains("original");
            return 0;
        });
    }

    @Test
    void aPartOfAKnownModelIsNamed() throws EngineException {
        EngineException told = refused(t -> t.keySet().removeIf(n -> !n.startsWith("vision_model")),
                "checkpoint.family.near");
        assertThat(told.what(Texts.ENGLISH)).contains("CLIP");
    }

    @Test
    void tensorsOfNoKnownModelAreTold() throws EngineException {
        TestLane.run(context -> {
            SafetensorsWriter.write(file, Map.of("conv.0.kernel", context.scope().ones(new Shape(2))), Map.of());
            EngineException told = Refusal.of(
                    () -> new Loader(Models.all()).load(file, context.scope().newSubManager()), "checkpoint.family");
            assertThat(told.why(Texts.ENGLISH)).contains("conv.0.kernel");
            return 0;
        });
    }

    @Test
    void aBrokenConfigurationIsTold() throws EngineException, IOException {
        for (String broken : List.of("{", "[1]", "3", "")) {
            Files.writeString(folder.resolve("config.json"), broken);
            refused(t -> {
            }, "checkpoint.config");
        }
    }

    @Test
    void aPartFileLeavesTheRestUnsetAndSaysSo() throws EngineException {
        TestLane.run(context -> {
            clipWith(context.scope(), t -> t.remove("logit_scale"));
            Loader.Loaded part = new Loader(Models.all()).loadPart(folder, context.scope().newSubManager());
            assertThat(part.report().missing()).containsExactly("logit_scale");
            assertThat(part.model().module().weights().get("logit_scale").isSet()).isFalse();
            return 0;
        });
    }

    /// CLIP under a map that ties a second name to one of its tensors.
    private record Tied(Family clip) implements Family {
        @Override
        public String id() {
            return clip.id();
        }

        @Override
        public List<Layout> layouts() {
            Layout layout = clip.layouts().getFirst();
            return List.of(new Layout("tied", layout.matches(),
                    config -> NameMap.of(NameMap.tie("decoder\\.weight", PROJECTION),
                            NameMap.drop(".*_ids", "checkpoint.drop.positions")),
                    layout.inferConfig()));
        }

        @Override
        public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
            return clip.create(config, files);
        }
    }

    @Test
    void aTiedTensorHasToEqualTheOther() throws EngineException {
        Loader loader = new Loader(Models.all().stream().filter(f -> f.id().equals("clip")).<Family>map(Tied::new)
                .toList());
        TestLane.run(context -> {
            clipWith(context.scope(), t -> t.put("decoder.weight", t.get(PROJECTION)));
            assertThat(loader.load(folder, context.scope().newSubManager()).report().dropped())
                    .containsEntry("decoder.weight", Message.of("checkpoint.drop.tied", PROJECTION));
            clipWith(context.scope(), t -> t.put("decoder.weight", t.get(PROJECTION).add(1)));
            EngineException told = Refusal.of(() -> loader.load(folder, context.scope().newSubManager()),
                    "checkpoint.mismatch");
            assertThat(told.why(Texts.ENGLISH)).contains("decoder.weight ≠ " + PROJECTION);
            clipWith(context.scope(), t -> t.put("decoder.weight", t.remove(PROJECTION)));
            Refusal.of(() -> loader.load(folder, context.scope().newSubManager()), "checkpoint.family.near");
            return 0;
        });
    }
}
