package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers are words wherever a model gives them: one that ships, one that learns, one that was kept.
@Tag("unit")
class AnswerWordsTest extends EngineTest {
    private static final List<String> WORDS = Toybox.answers("en");

    private static List<String> ask(String handle) throws EngineException {
        Scene scene = engine.scene(7, 64, "aligned");
        return await(engine.inspect(new InspectRequest(handle, scene.picture(), "what colour is the fish?",
                TraceSelection.DEFAULT, Optional.of(RegionSource.Crops.of(scene))))).answers().stream()
                .map(Guess::name).toList();
    }

    private static String load(String source) throws EngineException {
        return await(engine.load(new LoadRequest(source))).handle();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vilt", "lxmert", "vilbert", "uniter", "vlmo", "beit3"})
    void aModelThatShipsAnswersWithWords(String family) throws Exception {
        assertThat(ask(load(family))).hasSize(5).isSubsetOf(WORDS);
        JsonObject names;
        try (var in = getClass().getResourceAsStream("/org/diptych/weights/" + family + "/config.json")) {
            names = JsonParser.parseString(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .getAsJsonObject().getAsJsonObject("id2label");
        }
        List<String> inOrder = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            inOrder.add(names.get(String.valueOf(i)).getAsString());
        }
        assertThat(inOrder).isEqualTo(WORDS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            vilt    | id2label         | {}
            lxmert  | id2label         | {}
            vilbert | id2label         | {}
            uniter  | id2label         | {}
            vlmo    | id2label         | {}
            beit3   | id2label         | {}
            albef   | answer_list.json | {"albef_config.decoder_layers_in_file": "1", "albef_config.decoder_fusion_in_file": "0"}
            blip    | answer_list.json | {"answers": "true"}
            """)
    void aModelThatWasTaughtAndKeptAnswersWithWords(String family, String where, String config) throws Exception {
        List<String> set = new ArrayList<>(List.of("steps", "1", "schedule.warmup", "1", "objectives", "{\"vqa\": 1}"));
        JsonParser.parseString(config).getAsJsonObject()
                .asMap().forEach((key, value) -> set.addAll(List.of("config." + key, value.getAsString())));
        TrainingControl run = await(
                engine.fineTune(TinyPlans.of(family, set.toArray(String[]::new)), folder.resolve("run")));
        await(run.job());
        Path kept = await(run.keep(folder.resolve("kept")));
        await(run.restore());
        if (where.endsWith(".json")) {
            JsonArray list = JsonParser.parseString(Files.readString(kept.resolve(where))).getAsJsonArray();
            assertThat(list.asList()).extracting(e -> e.getAsString()).isEqualTo(WORDS);
        } else {
            assertThat(JsonParser.parseString(Files.readString(kept.resolve("config.json"))).getAsJsonObject()
                    .getAsJsonObject(where).size()).isEqualTo(WORDS.size());
            assertThat(kept.resolve("answer_list.json")).doesNotExist();
        }
        assertThat(ask(load(kept.toString()))).isNotEmpty().isSubsetOf(WORDS);
    }

    /// The list of a model that brought its own goes with it, whatever it learns.
    @Test
    void aListThatLayBesideIsKept() throws Exception {
        TrainingControl first = await(engine.fineTune(TinyPlans.of("albef", "steps", "1", "schedule.warmup", "1",
                "objectives", "{\"vqa\": 1}", "config.albef_config.decoder_layers_in_file", "1",
                "config.albef_config.decoder_fusion_in_file", "0"), folder.resolve("run")));
        await(first.job());
        Path kept = await(first.keep(folder.resolve("kept")));
        await(first.restore());
        Files.writeString(kept.resolve("answer_list.json"), "[\"red\", \"two\"]");
        TrainingControl second = await(engine.fineTune(TinyPlans.of("albef", "model", "\"" + kept + "\"", "config", "",
                "steps", "1", "schedule.warmup", "1", "objectives", "{\"mlm\": 1}"), folder.resolve("again")));
        await(second.job());
        Path again = await(second.keep(folder.resolve("kept-again")));
        await(second.restore());
        assertThat(JsonParser.parseString(Files.readString(again.resolve("answer_list.json"))).getAsJsonArray()
                .asList()).extracting(e -> e.getAsString()).containsExactly("red", "two");
    }

    @Test
    void aMomentShowsTheAnswerAsAWord() throws Exception {
        TrainingControl run = await(engine.fineTune(TinyPlans.of("vilt", "steps", "4", "evaluateEvery", "4",
                "objectives", "{\"vqa\": 1}", "moments", "{\"every\": 4, \"share\": 1, \"pairs\": [0, 2]}"),
                folder.resolve("run")));
        await(run.job());
        Moment last = Engine.moments(folder.resolve("run")).read(4);
        assertThat(last.pairs()).isNotEmpty().allSatisfy(p -> assertThat(p.written()).hasValueSatisfying(
                word -> assertThat(word).isIn(WORDS)));
        await(run.restore());
    }
}
