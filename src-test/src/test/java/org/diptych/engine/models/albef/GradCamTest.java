package org.diptych.engine.models.albef;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.probe.Relevance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The map that any model is asked for is, for this one, the map that its authors draw.
@Tag("golden")
class GradCamTest {
    private static final Path CASE = Path.of("golden/albef/pretrain");

    @Test
    void theGeneralMapIsTheAuthorsMap() throws EngineException {
        TestLane.run(context -> {
            try (NDManager weights = TestLane.lane().scopes().weights();
                    CheckpointReader given = CheckpointReader.open(CASE.resolve("inputs.safetensors"));
                    CheckpointReader told = CheckpointReader.open(CASE.resolve("outputs.safetensors"))) {
                VisionLanguageModel model = new Loader(Models.all()).load(CASE.resolve("model.safetensors"), weights)
                        .model();
                NDManager scope = context.scope();
                NDArray images = given.read("image", scope);
                NDArray ids = given.read("input_ids", scope);
                NDArray mask = given.read("attention_mask", scope);
                float[] perToken = told.read("gradcam.per_token", scope).toFloatArray(); // (B, T, rows, cols)
                float[] mean = told.read("gradcam.mean_over_tokens_grounding", scope).toFloatArray();
                int b = (int) ids.getShape().get(0);
                int t = (int) ids.getShape().get(1);
                int cells = mean.length / b;
                float most = 0;
                for (float v : perToken) {
                    most = Math.max(most, v);
                }
                int compared = 0;
                for (int i = 0; i < b; i++) {
                    int length = (int) Arrays.stream(mask.get(new NDIndex("{}", i)).toLongArray()).sum();
                    NDArray one = ids.get(new NDIndex("{}:{}, :{}", i, i + 1, length));
                    Map<String, NDArray> tensors = new HashMap<>();
                    tensors.put("pixel_values", images.get(new NDIndex("{}:{}", i, i + 1)));
                    tensors.put("input_ids", one);
                    Inputs inputs = new Inputs(tensors, List.of());
                    List<AttentionSite> sites = model.sites(encoded(length, (int) images.getShape().get(2)));
                    for (int token = 0; token < length; token++) {
                        float[] found = cam(model, sites, inputs, new Relevance.Focus(List.of(token)));
                        int from = (i * t + token) * cells;
                        assertThat(found).containsExactly(Arrays.copyOfRange(perToken, from, from + cells),
                                within(1e-3f * most));
                        compared++;
                    }
                    if (length == t) {
                        assertThat(cam(model, sites, inputs, Relevance.Focus.SUMMARY)).containsExactly(
                                Arrays.copyOfRange(mean, i * cells, (i + 1) * cells), within(1e-3f * most));
                        compared++;
                    }
                }
                assertThat(compared).isGreaterThan(b);
            }
            return true;
        });
    }

    private static float[] cam(VisionLanguageModel model, List<AttentionSite> sites, Inputs inputs,
            Relevance.Focus focus) {
        return Relevance.gradCam(block(), sites, focus,
                pass -> ((ScoresPairs) model).matchLogits(pass, inputs, inputs)).onPicture().orElseThrow();
    }

    private static int block() {
        try {
            JsonObject losses = JsonParser.parseString(Files.readString(CASE.resolve("losses.json"))).getAsJsonObject();
            return losses.get("gradcam_block_num").getAsInt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Encoded encoded(int length, int side) {
        List<Tokens.Token> tokens = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            tokens.add(new Tokens.Token(i, "", -1, -1, 0));
        }
        return new Encoded(Optional.of(new Tokens("", tokens, false)), new float[0], side, side, Optional.empty(),
                Optional.empty());
    }
}
