package org.diptych.engine.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Recorder;
import org.diptych.engine.probe.Relevance;
import org.diptych.engine.work.EngineLane;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What must hold of a model whatever its weights: listening changes nothing, a batch is its parts, memory comes back.
@Tag("invariant")
class ClipInvariantTest {
    private static final Path CASE = Path.of("golden/clip/hf");

    private interface Check {
        void run(VisionLanguageModel model, Map<String, NDArray> inputs, NDManager scope) throws EngineException;
    }

    private static void with(Check check) throws EngineException {
        EngineLane lane = TestLane.lane();
        TestLane.run(context -> {
            try (NDManager weights = lane.scopes().weights();
                    CheckpointReader reader = CheckpointReader.open(CASE.resolve("inputs.safetensors"))) {
                VisionLanguageModel model = new Loader(Models.all()).load(CASE.resolve("model.safetensors"), weights)
                        .model();
                Map<String, NDArray> inputs = new java.util.HashMap<>();
                for (String name : reader.names()) {
                    inputs.put(name, reader.read(name, context.scope()));
                }
                check.run(model, inputs, context.scope());
            }
            return true;
        });
    }

    @Test
    void listeningChangesNothing() throws EngineException {
        with((model, inputs, scope) -> {
            Inputs batch = new Inputs(inputs, List.of());
            float[] fused = ((EncodesImage) model).encodeImage(Pass.INFER, batch).toFloatArray();
            Recorder recorder = new Recorder(List.of(), TraceSelection.DEFAULT);
            float[] heard = ((EncodesImage) model).encodeImage(Pass.listening(recorder), batch).toFloatArray();
            assertThat(heard).containsExactly(fused, within(1e-5f));
        });
    }

    @Test
    void aBatchIsItsParts() throws EngineException {
        with((model, inputs, scope) -> {
            float[] whole = ((EncodesText) model).encodeText(Pass.INFER, new Inputs(inputs, List.of())).toFloatArray();
            int rows = (int) inputs.get("input_ids").getShape().get(0);
            int width = whole.length / rows;
            for (int i = 0; i < rows; i++) {
                NDArray one = inputs.get("input_ids").get(i + ":" + (i + 1));
                float[] alone = ((EncodesText) model)
                        .encodeText(Pass.INFER, new Inputs(Map.of("input_ids", one), List.of())).toFloatArray();
                assertThat(alone).containsExactly(java.util.Arrays.copyOfRange(whole, i * width, (i + 1) * width),
                        within(1e-5f));
            }
        });
    }

    @Test
    void everyRowOfAttentionSumsToOne() throws EngineException {
        with((model, inputs, scope) -> {
            NDArray pixels = inputs.get("pixel_values").get("0:1");
            Encoded sample = new Encoded(java.util.Optional.empty(), new float[0], 32, 32, java.util.Optional.empty(),
                    java.util.Optional.empty());
            List<AttentionSite> sites = model.sites(sample);
            Recorder recorder = new Recorder(sites, TraceSelection.DEFAULT);
            ((EncodesImage) model).encodeImage(Pass.listening(recorder),
                    new Inputs(Map.of("pixel_values", pixels), List.of()));
            AttentionTrace trace = recorder.trace();
            assertThat(trace.sites()).hasSize(1);
            AttentionTrace.SiteTrace vision = trace.sites().getFirst();
            for (int layer = 0; layer < vision.site().layers(); layer++) {
                for (int q = 0; q < vision.site().query().size(); q++) {
                    float sum = 0;
                    for (float v : vision.row(layer, AttentionTrace.HEAD_MEAN, q)) {
                        sum += v;
                    }
                    assertThat(sum).isCloseTo(1, within(1e-4f));
                }
            }
        });
    }

    /// The gradient that the ear hears must agree with what the score does when a patch's attention is taken as input: relevance is never negative, and not all zero.
    @Test
    void relevanceSaysSomething() throws EngineException {
        with((model, inputs, scope) -> {
            Inputs one = new Inputs(Map.of("pixel_values", inputs.get("pixel_values").get("0:1"), "input_ids",
                    inputs.get("input_ids").get("0:1")), List.of());
            Encoded sample = new Encoded(java.util.Optional.empty(), new float[0], 32, 32, java.util.Optional.empty(),
                    java.util.Optional.empty());
            List<AttentionSite> sites = model.sites(sample);
            Relevance.Explained found = Relevance.explain(org.diptych.engine.api.RelevanceMethod.CHEFER, sites,
                    Relevance.Focus.SUMMARY, pass -> ((ScoresPairs) model).scorePairs(pass, one, one));
            float[] values = found.onPicture().orElseThrow();
            float sum = 0;
            for (float v : values) {
                assertThat(v).isGreaterThanOrEqualTo(0);
                sum += v;
            }
            assertThat(sum).isPositive();
        });
    }

    @Test
    void memoryComesBack() throws EngineException {
        EngineLane lane = TestLane.lane();
        List<Long> alive = new ArrayList<>();
        try (NDManager weights = TestLane.run(context -> lane.scopes().weights())) {
            VisionLanguageModel model = TestLane
                    .run(context -> new Loader(Models.all()).load(CASE.resolve("model.safetensors"), weights).model());
            for (int i = 0; i < 200; i++) {
                TestLane.run(context -> {
                    try (CheckpointReader reader = CheckpointReader.open(CASE.resolve("inputs.safetensors"))) {
                        Inputs inputs = new Inputs(
                                Map.of("pixel_values", reader.read("pixel_values", context.scope()), "input_ids",
                                        reader.read("input_ids", context.scope())),
                                List.of());
                        return ((ScoresPairs) model).scorePairs(Pass.INFER, inputs, inputs).toFloatArray();
                    }
                });
                alive.add(TestLane.run(context -> lane.scopes().arrays()));
            }
        }
        assertThat(alive.getLast()).isEqualTo(alive.get(10));
    }
}
