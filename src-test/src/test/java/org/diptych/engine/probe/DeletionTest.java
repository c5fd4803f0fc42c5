package org.diptych.engine.probe;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diptych.engine.Shipped;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a map calls relevant matters to the score.
@Tag("invariant")
class DeletionTest {
    private static final int SCENES = 40;
    private static final int HIDDEN = 12;
    private static final int GRID = 8;
    private static final int PATCH = 8;

    @TempDir
    Path folder;

    /// Of the shipped BLIP-2: with an eighth of the picture hidden where the queries look the match falls further than with as much hidden where they do not.
    @Test
    void hidingWhatGradCamShowsCostsTheMatchMore() throws Exception {
        Shipped.unpack("blip2", folder);
        TestLane.run(context -> {
            try (NDManager weights = TestLane.lane().scopes().weights()) {
                Loader.Loaded loaded = new Loader(Models.all()).load(folder, weights);
                ToyboxDataset data = new ToyboxDataset(new FineTunePlan.Data("toybox", "aligned", "en", "short", 0, 0,
                        100, 100, 64), Split.TEST);
                double[] falls = new double[2];
                for (int i = 0; i < SCENES; i++) {
                    Example example = data.example(i);
                    RelevanceRequest request = new RelevanceRequest("", example.picture(), example.caption(), 0, 0,
                            RelevanceMethod.GRAD_CAM);
                    Encoded encoded = Explaining.encode(loaded.model(), request);
                    float[] map = new Explaining(loaded.model(), request, encoded).result(context.scope()).values();
                    assertThat(map).hasSize(GRID * GRID);
                    List<Integer> order = IntStream.range(0, map.length).boxed()
                            .sorted(Comparator.comparingDouble(p -> -map[p])).toList();
                    ScoresPairs model = (ScoresPairs) loaded.model();
                    Inputs whole = loaded.model().batch(List.of(encoded), context.scope());
                    double before = score(model, whole);
                    falls[0] += before - score(model, without(whole, order.subList(0, HIDDEN)));
                    falls[1] += before - score(model,
                            without(whole, order.subList(map.length - HIDDEN, map.length)));
                }
                assertThat(falls[0] / SCENES).isGreaterThan(falls[1] / SCENES + 0.5);
            }
            return true;
        });
    }

    private static double score(ScoresPairs model, Inputs inputs) {
        return model.matchLogits(Pass.INFER, inputs, inputs).toFloatArray()[0];
    }

    private static Inputs without(Inputs inputs, List<Integer> patches) {
        NDArray pixels = inputs.get("pixel_values");
        float[] values = pixels.toFloatArray();
        int side = GRID * PATCH;
        for (int patch : patches) {
            for (int i = 0; i < 3 * PATCH * PATCH; i++) {
                int channel = i / (PATCH * PATCH);
                int y = patch / GRID * PATCH + i / PATCH % PATCH;
                int x = patch % GRID * PATCH + i % PATCH;
                values[(channel * side + y) * side + x] = 0;
            }
        }
        Map<String, NDArray> all = new HashMap<>(inputs.tensors());
        all.put("pixel_values", pixels.getManager().create(values, pixels.getShape()));
        return new Inputs(all, inputs.samples());
    }
}
