package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How much slower early layers learn.
@Tag("unit")
class LayerRatesTest {
    @TempDir
    private Path folder;

    /// Powers of the decay, as BEiT numbers a model of two streams: 12 layers here, 3 there, and one stack within which each block has numbered parts.
    @ParameterizedTest
    @CsvSource({"vision_model.encoder.layers.11.mlp.fc1.weight,1", "vision_model.encoder.layers.0.mlp.fc1.weight,12",
            "vision_model.embeddings.class_embedding,13", "vision_model.pre_layrnorm.weight,13",
            "vision_model.post_layernorm.weight,0", "text_model.encoder.layers.2.layer_norm1.bias,1",
            "text_model.encoder.layers.0.layer_norm1.bias,3", "text_model.embeddings.token_embedding.weight,4",
            "visual_projection.weight,0", "logit_scale,0", "tower.block.0.layer.1.wi.weight,2",
            "tower.block.1.layer.0.q.weight,1", "tower.shared.weight,3", "visual.blocks.3.norm.weight,1",
            "visual.cls_token,5", "visual.pos_embed,5", "encoder.x_layers.0.out.weight,1", "head.0.weight,0",
            "query_tokens,13", "transformer.resblocks.0.ln.weight,1",
            "vision_model.encoder.layers.1.lora_A,11"})
    void aNameTellsTheLayer(String name, int below) {
        Set<String> all = Set.of("vision_model.encoder.layers.11.mlp.fc1.weight",
                "text_model.encoder.layers.2.layer_norm1.bias", "tower.block.1.layer.0.q.weight",
                "visual.blocks.3.norm.weight", "encoder.x_layers.0.out.weight", "transformer.resblocks.0.ln.weight");
        Set<String> with = new HashSet<>(all);
        with.add(name);
        assertThat(LayerRates.of(with, 0.5)).containsEntry(name, Math.pow(0.5, below));
        assertThat(LayerRates.of(with, 1).values()).containsOnly(1.0);
    }

    private static final class Stack extends Module {
        final Map<String, Weight> all = new LinkedHashMap<>();

        Stack(NDManager scope) {
            for (String name : List.of("embeddings.weight", "layers.0.weight", "layers.1.weight", "head.weight",
                    "layers.0.bias")) {
                all.put(name, weight(name, 1, 2));
                all.get(name).set(scope.create(new float[]{1, -2}, new Shape(1, 2)));
            }
        }

        /// Two steps on the same gradients.
        Map<String, float[]> learn(String optimizer, double rate, NDManager scope) throws EngineException {
            Learner learner = new Learner(weights(), Set.of(), PlanFile.parse(
                    "{\"model\": \"clip\", \"optimizer\": {\"weightDecay\": 0.1" + optimizer + "}}", "p"), scope);
            for (int step = 1; step <= 2; step++) {
                learner.zeroGradients();
                try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                    NDArray loss = scope.create(0f);
                    for (Weight weight : all.values()) {
                        loss = loss.add(scope.create(3f * step).mul(weight.get()).sum());
                    }
                    collector.backward(loss);
                }
                learner.update(step, rate);
            }
            Map<String, float[]> out = new LinkedHashMap<>();
            all.forEach((name, weight) -> out.put(name, weight.get().toFloatArray()));
            learner.putBack();
            return out;
        }
    }

    @Test
    void anEarlyLayerMovesAsWithASmallerRate() throws EngineException {
        TestLane.run(context -> {
            Stack stack = new Stack(context.scope());
            Map<String, float[]> decayed = stack.learn(", \"layerDecay\": 0.5", 0.08, context.scope());
            Map<String, Double> rates = Map.of("embeddings.weight", 0.01, "layers.0.weight", 0.02, "layers.0.bias",
                    0.02, "layers.1.weight", 0.04, "head.weight", 0.08);
            for (Map.Entry<String, Double> each : rates.entrySet()) {
                assertThat(decayed.get(each.getKey())).as(each.getKey())
                        .isEqualTo(stack.learn("", each.getValue(), context.scope()).get(each.getKey()))
                        .isNotEqualTo(new float[]{1, -2});
            }
            assertThat(decayed.get("layers.0.weight")).isNotEqualTo(decayed.get("layers.1.weight"));
            return true;
        });
    }

    /// A run of a real model, cut in the middle and gone on with, ends where an uncut one does..
    @Test
    void aResumedRunKeepsItsRates() throws Exception {
        FineTunePlan plan = decaying(0.5);
        TinyRun whole = TinyRun.start(plan, folder.resolve("whole")).toTheEnd();
        Map<String, float[]> wanted = whole.numbers();
        Map<Integer, Double> losses = whole.losses();
        whole.close();
        TinyRun first = TinyRun.start(plan, folder.resolve("cut"));
        TinyRun.until(() -> first.session().summary().step() >= 8);
        first.session().stop();
        first.toTheEnd();
        int cut = first.session().summary().step();
        first.close();
        TinyRun second = TinyRun.resume(folder.resolve("cut")).toTheEnd();
        assertThat(cut).isLessThan(plan.steps());
        assertThat(second.losses()).isEqualTo(losses);
        assertThat(second.numbers()).usingRecursiveComparison().isEqualTo(wanted);
        second.close();
        TinyRun same = TinyRun.start(decaying(1), folder.resolve("same")).toTheEnd();
        assertThat(same.losses()).isNotEqualTo(losses);
        same.close();
    }

    @Test
    void aPlanWithoutTheKeyLearnsAsEver() throws Exception {
        JsonObject json = JsonParser.parseString(PlanFile.json(decaying(1))).getAsJsonObject();
        json.getAsJsonObject("optimizer").remove("layerDecay");
        FineTunePlan without = PlanFile.parse(json.toString(), "p");
        assertThat(without).isEqualTo(decaying(1));
        assertThat(new Gson().fromJson(json, FineTunePlan.class).optimizer().layerDecay()).as("from an old log")
                .isEqualTo(1);
    }

    @Test
    void theOutlineTellsTheFactors() throws Exception {
        FineTunePlan plan = decaying(0.5);
        TinyRun run = TinyRun.start(plan, folder.resolve("run"));
        run.session().stop();
        run.toTheEnd();
        Map<String, PlanOutline.Part> parts = new LinkedHashMap<>();
        Outline.course(run.model(), plan).getFirst().parts().forEach(part -> parts.put(part.name(), part));
        assertThat(parts.get("vision_model").fastest()).isEqualTo(1);
        long layers = run.model().module().weights().keySet().stream()
                .filter(n -> n.matches("vision_model\\.encoder\\.layers\\.\\d+\\.mlp\\.fc1\\.weight")).count();
        assertThat(layers).isPositive();
        assertThat(parts.get("vision_model").slowest()).isEqualTo(Math.pow(0.5, layers + 1.0));
        assertThat(parts.get("visual_projection").slowest()).isEqualTo(1);
        run.close();
    }

    private static FineTunePlan decaying(double decay) throws Exception {
        return TinyPlans.of("clip", "optimizer.layerDecay", Double.toString(decay));
    }
}
