package org.diptych.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.BenchResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.data.toybox.ToyboxTokenizer;
import org.diptych.engine.models.Models;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The benchmark of a family runs whatever the family reads; here a published base configuration made thin.
@Tag("unit")
class FamilyBenchTest {
    private static final Map<String, Integer> THIN = Map.ofEntries(Map.entry("hidden_size", 32),
            Map.entry("num_hidden_layers", 2), Map.entry("num_attention_heads", 2),
            Map.entry("intermediate_size", 64), Map.entry("vocab_size", 600), Map.entry("img_dim", 24),
            Map.entry("image_size", 64), Map.entry("patch_size", 16), Map.entry("l_layers", 1),
            Map.entry("r_layers", 1), Map.entry("x_layers", 1), Map.entry("visual_feat_dim", 24),
            Map.entry("v_feature_size", 24), Map.entry("v_hidden_size", 32), Map.entry("v_intermediate_size", 64),
            Map.entry("v_num_hidden_layers", 1), Map.entry("v_num_attention_heads", 2),
            Map.entry("bi_hidden_size", 32), Map.entry("bi_num_attention_heads", 2), Map.entry("image_res", 64),
            Map.entry("embed_dim", 32), Map.entry("depth", 1), Map.entry("num_heads", 2), Map.entry("mlp", 64),
            Map.entry("fusion_layer", 1), Map.entry("embed_dim_in_file", 16), Map.entry("queue_in_file", 16),
            Map.entry("projection_dim", 32), Map.entry("queue_size", 16), Map.entry("image_text_hidden_size", 16),
            Map.entry("encoder_embed_dim", 32), Map.entry("encoder_layers", 2),
            Map.entry("encoder_attention_heads", 2), Map.entry("encoder_ffn_embed_dim", 64), Map.entry("img_size", 64));
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "uniter", "lxmert", "vilbert", "clip", "vilt", "albef", "vlmo",
            "beit3", "blip", "blip2", "llava"})
    void everyFamilyWithABaseSizeIsMeasured(String id) throws Exception {
        SafeFile.write(folder.resolve("tokenizer.json"), ToyboxTokenizer.json(ToyboxTokenizer.Reach.CONVERSATIONS));
        Family family = Models.named(id).orElseThrow();
        FineTunePlan plan = PlanFile.parse(resource("plans/" + id), id);
        JsonObject config = thin(JsonParser.parseString(resource("presets/" + id)).getAsJsonObject());
        if (id.equals("vilbert")) {
            config.add("t_biattention_id", JsonParser.parseString("[1]"));
            config.add("v_biattention_id", JsonParser.parseString("[0]"));
        }
        List<BenchResult.Row> rows = TestLane.run(context -> {
            Bench bench = new Bench(family, TestLane.lane().scopes(), context, 3);
            new FamilyBench(bench, TestLane.lane().scopes(), family, plan).measure(config, folder, 2);
            return bench.rows();
        });
        assertThat(rows).extracting(BenchResult.Row::name)
                .containsExactly(id + " at base size, batch 2: forward, fused",
                        id + " at base size, batch 2: forward, readable",
                        id + " at base size, batch 2: forward, fused / readable",
                        id + " at base size, batch 2: training step, fused",
                        id + " at base size, batch 2: training step, readable",
                        id + " at base size, batch 2: training step, fused / readable");
        assertThat(rows).allMatch(row -> row.least() > 0 && row.least() <= row.median() && row.median() <= row.most());
    }

    @Test
    void aPlansOwnSizeIsMeasuredWithItsBatch() throws Exception {
        FineTunePlan plan = TinyPlans.of("roberta", "batch", "3");
        List<BenchResult.Row> rows = TestLane.run(context -> {
            Bench bench = new Bench(Models.named("roberta").orElseThrow(), TestLane.lane().scopes(), context, 3);
            new FamilyBench(bench, TestLane.lane().scopes(), Models.named("roberta").orElseThrow(), plan)
                    .measureSmall(folder);
            return bench.rows();
        });
        assertThat(rows).extracting(BenchResult.Row::name).contains(
                "roberta at Toybox size, batch 3: forward, fused / readable",
                "roberta at Toybox size, batch 3: training step, fused / readable");
    }

    private static String resource(String name) throws Exception {
        try (InputStream in = FamilyBenchTest.class.getResourceAsStream("/org/diptych/" + name + ".json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static JsonObject thin(JsonObject json) {
        JsonObject out = new JsonObject();
        json.entrySet().forEach(e -> {
            if (e.getValue() instanceof JsonObject inner) {
                out.add(e.getKey(), thin(inner));
            } else if (THIN.containsKey(e.getKey())) {
                out.addProperty(e.getKey(), THIN.get(e.getKey()));
            } else {
                out.add(e.getKey(), e.getValue());
            }
        });
        return out;
    }
}
