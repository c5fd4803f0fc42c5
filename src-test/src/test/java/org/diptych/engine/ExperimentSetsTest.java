package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataRow.Part;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Arms that learn from pairs which the experiment makes: drawn ones, and what very small models leave of them by captioning and filtering.
@Tag("invariant")
class ExperimentSetsTest {
    private static final int VALIDATION = 16;
    private static final String SMALL = """
            "batch": 8, "evaluateEvery": 3, "checkpointEvery": 50, "steps": 6, "schedule": {"warmup": 2},
            "startFrom": {"clip": null},
            "config": {"image_text_hidden_size": 8, "queue_size": 8,
              "text_config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
                "num_attention_heads": 2},
              "vision_config": {"image_size": 32, "patch_size": 8, "hidden_size": 16, "intermediate_size": 24,
                "num_hidden_layers": 1, "num_attention_heads": 2}},
            "data": {"train": 400, "validation": 16, "pictureSize": 32""";
    private static final String FILE = """
            {"id": "tiny", "steps": 6, "seeds": 1,
             "sets": [{"id": "web", "toybox": {"plan": "blip", "first": 1000,
                        "data": {"noise": 0.4, "hardNegatives": 0, "train": PAIRS, "validation": 16, "pictureSize": 32}}},
                      {"id": "cleaned", "capfilt": {"pairs": "web", "most": 12, "threshold": 0.001,
                        "captioner": {"plan": "blip",
                          "change": {"objectives": {"contrastive": null, "itm": null}, SMALL}}},
                        "filter": {"plan": "blip", "change": {"objectives": {"captioning": null}, SMALL}}}}}],
             "arms": [{"id": "cleaned", "plan": "blip", "change": {SMALL, "source": "set:cleaned"}}},
                      {"id": "noisy", "plan": "blip", "change": {SMALL, "source": "set:web"}}}],
             "measures": [{"value": "validation.r1", "better": "higher"}],
             "claims": [{"measure": "validation.r1", "arm": "cleaned", "against": "noisy"}]}
            """;

    @TempDir
    static Path data;
    private static Engine engine;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() throws EngineException {
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private ExperimentRequest request(int pairs, int seeds, String... change) throws Exception {
        String text = FILE.replace("SMALL", SMALL).replace("PAIRS", Integer.toString(pairs));
        for (int i = 0; i < change.length; i += 2) {
            assertThat(text).contains(change[i]);
            text = text.replace(change[i], change[i + 1]);
        }
        Path file = Files.writeString(folder.resolve("tiny.json"), text);
        return new ExperimentRequest(Engine.experiment(file.toString()), "tiny.json", folder.resolve("out"), 6, seeds);
    }

    private static ExperimentResult end(ExperimentControl control) {
        return control.job().result().toCompletableFuture().join();
    }

    private ExperimentResult done(ExperimentRequest request) {
        return end(engine.experiment(request));
    }

    private List<DataRow> rows(String set, Part part) {
        return engine.sets().read(folder.resolve("out/sets/" + set + "/set")).result().toCompletableFuture().join()
                .rows()
                .stream().filter(r -> r.part() == part).toList();
    }

    private static List<String> said(List<DataRow> rows) {
        return rows.stream().map(r -> r.picture() + " " + r.caption()).toList();
    }

    private Object touched(String file) throws IOException {
        return Files.getLastModifiedTime(folder.resolve("out").resolve(file));
    }

    @Test
    void armsLearnFromWhatWasDrawnAndFromWhatWasCleaned() throws Exception {
        int held = engine.loaded().size();
        ExperimentRequest request = request(40, 2);
        ExperimentControl control = engine.experiment(request);
        ExperimentResult result = end(control);
        assertThat(result.runs()).extracting(r -> r.arm() + r.seed()).containsExactly("cleaned7", "noisy7", "cleaned8",
                "noisy8");
        assertThat(control.runs()).hasSize(4);
        assertThat(control.job().progress().fraction()).isEqualTo(1);
        assertThat(engine.loaded()).as("models left in memory").hasSize(held);

        List<DataRow> web = rows("web", Part.TRAIN);
        assertThat(web).hasSize(40);
        assertThat(web.stream().filter(r -> !r.right()).count()).as("wrong captions").isBetween(6L, 28L);
        ToyboxDataset beyondDoubt = new ToyboxDataset(
                ((Experiment.Drawn) request.experiment().sources().getFirst()).data(), Split.VALIDATION);
        List<DataRow> judgedBy = rows("web", Part.VALIDATION);
        assertThat(judgedBy).hasSize(VALIDATION).allMatch(DataRow::right);
        for (int i = 0; i < VALIDATION; i++) {
            assertThat(judgedBy.get(i).caption()).isEqualTo(beyondDoubt.example(i).caption());
        }
        for (int seed : new int[]{7, 8}) {
            String set = "cleaned-" + seed;
            assertThat(said(rows(set, Part.VALIDATION))).as("both arms are judged by the same")
                    .isEqualTo(said(judgedBy));
            List<CaptionDecision> decisions = engine.cleaning().decisions(folder.resolve("out/sets/" + set));
            assertThat(decisions.stream().filter(d -> d.source() == CaptionDecision.Source.WEB)
                    .map(CaptionDecision::caption))
                    .containsExactlyElementsOf(web.stream().map(DataRow::caption).toList());
            assertThat(rows(set, Part.TRAIN).stream().map(DataRow::caption)).containsExactlyElementsOf(
                    decisions.stream().filter(CaptionDecision::keep).map(CaptionDecision::caption).toList());
        }
        assertThat(rows("cleaned-7", Part.TRAIN).stream().map(DataRow::caption))
                .as("each seed has a captioner of its own")
                .isNotEqualTo(rows("cleaned-8", Part.TRAIN).stream().map(DataRow::caption));

        FineTunePlan plan = PlanFile.read(folder.resolve("out/tiny-cleaned-8/plan.json"));
        assertThat(plan.data().source()).isEqualTo(folder.resolve("out/sets/cleaned-8/set").toString());
        assertThat(result.runs()).extracting(r -> r.header().plan().data().source()).as("no folder of this machine")
                .containsExactly("set:cleaned", "set:web", "set:cleaned", "set:web");
        assertThat(Engine.experimentPlan(request, request.experiment().arm("noisy").orElseThrow()).data().source())
                .isEqualTo(folder.resolve("out/sets/web/set").toString());
    }

    @Test
    void cleaningThatWasBrokenOffGoesOnWithTheSame() throws Exception {
        ExperimentControl first = engine.experiment(request(400, 1));
        Path decisions = folder.resolve("out/sets/cleaned-7/captions.jsonl");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!Files.exists(decisions) || Files.size(decisions) < 500) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(2);
        }
        first.job().cancel();
        assertThatThrownBy(() -> end(first)).isInstanceOfAny(CancellationException.class, CompletionException.class);
        String begun = Files.readString(decisions);
        assertThat(begun.lines().filter(l -> l.contains("\"web\"")).count()).isBetween(1L, 399L);
        assertThat(folder.resolve("out/sets/cleaned-7/set")).doesNotExist();
        Object captioner = touched("sets/cleaned-captioner-7/model/model.safetensors");
        Object picture = touched("sets/web/pictures/000399.png");

        assertThat(done(request(400, 1)).runs()).hasSize(2);
        assertThat(Files.readString(decisions)).startsWith(begun.substring(0, begun.length() / 2));
        assertThat(engine.cleaning().decisions(folder.resolve("out/sets/cleaned-7")).getLast().pair()).isEqualTo(399);
        assertThat(touched("sets/cleaned-captioner-7/model/model.safetensors")).isEqualTo(captioner);
        assertThat(touched("sets/web/pictures/000399.png")).isEqualTo(picture);
    }

    /// What a person decides otherwise counts when the set is gathered again.
    @Test
    void whatIsDroppedIsNotLearntFrom() throws Exception {
        done(request(40, 1));
        Path work = folder.resolve("out/sets/cleaned-7");
        List<String> all = rows("cleaned-7", Part.TRAIN).stream().map(DataRow::caption).toList();
        engine.cleaning().overrule(work, Map.of(0, false)).result().toCompletableFuture().join();
        Files.delete(work.resolve("set/captions.jsonl"));
        done(request(40, 1));
        assertThat(rows("cleaned-7", Part.TRAIN).stream().map(DataRow::caption)).isEqualTo(all.subList(1, all.size()));
    }

    @Test
    void pairsOfOtherSettingsAreLeftAlone() throws Exception {
        done(request(40, 1));
        for (String[] change : new String[][]{{"\"noise\": 0.4", "\"noise\": 0.3"}, {"\"most\": 12", "\"most\": 13"}}) {
            assertThatThrownBy(() -> done(request(40, 1, change))).hasRootCauseInstanceOf(EngineException.class)
                    .hasMessageContaining("made with other settings");
        }
        assertThat(rows("web", Part.TRAIN)).hasSize(40);
    }
}
