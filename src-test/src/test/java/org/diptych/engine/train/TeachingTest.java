package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.Shipped;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Task;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Follows;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.LearnsInStages;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.models.Models;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.objective.Objective;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every committed plan, made small: it learns, everything that should move moves, and what it cost is in the log.
@Tag("invariant")
class TeachingTest {
    /// LXMERT's reference makes row 0 of its segments a padding row, which no gradient reaches, and no text has another; ViLBERT's files hold two layers that nothing reads,
    /// and VLMo's the places of words, which it reads by their distance.
    private static final String UNTAUGHT = "lxmert\\.embeddings\\.token_type_embeddings\\.weight|.*\\.q_dense[12]\\..*|text_embeddings\\.position_embeddings\\.weight";

    @TempDir
    Path folder;

    private static double mean(Map<Integer, Double> losses, int from, int to) {
        return losses.entrySet().stream().filter(e -> e.getKey() >= from && e.getKey() <= to)
                .mapToDouble(Map.Entry::getValue).average().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "roberta-dynamic", "roberta-static", "roberta-dynamic-nsp",
            "roberta-static-nsp", "vilt", "albef", "albef-noise-distilled", "albef-noise-plain", "blip", "uniter",
            "uniter-conditional", "uniter-joint", "lxmert", "vilbert", "vlmo", "beit3", "beit3-joint", "blip2",
            "blip2-language", "blip2-stage2", "blip2-stage2-frozen", "llava-language", "llava-stage1", "llava-stage2"})
    void everyPlanLearns(String name) throws Exception {
        learns(TinyPlans.of(name));
    }

    /// FlanT5 reads the front of a text and writes its rest, with a picture or without one.
    @ParameterizedTest
    @ValueSource(strings = {"blip2-language", "blip2-stage2-frozen"})
    void bothKindsOfLanguageModelLearn(String name) throws Exception {
        learns(TinyPlans.of(name, "config.text_config", TinyPlans.T5,
                "trains.parts", name.equals("blip2-language")
                        ? "[\"t5_model\"]"
                        : "[\"Qformer\", \"ln_vision\", \"query_tokens\", \"t5_proj\"]"));
    }

    private void learns(FineTunePlan plan) throws Exception {
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        Map<Integer, Double> losses = run.losses();
        assertThat(losses).hasSize(20);
        assertThat(mean(losses, 18, 20)).as("loss %s", losses).isLessThan(mean(losses, 1, 3));
        Map<String, Double> last = run.session().summary().last();
        for (String objective : plan.objectives().keySet()) {
            assertThat(last).containsKeys("loss." + objective, "forwards." + objective, "ms." + objective,
                    "validation.loss." + objective);
            assertThat(last.get("forwards." + objective)).as("forwards of %s", objective).isNotNegative();
        }
        Map<String, float[]> learnt = run.numbers();
        Set<String> following = run.model() instanceof Follows f ? f.followers() : Set.of();
        TinyRun.await(run.session().restore());
        Map<String, float[]> base = run.numbers();
        List<String> still = base.keySet().stream().filter(n -> Arrays.equals(base.get(n), learnt.get(n)))
                .filter(n -> plan.trains().learns(n) && !n.matches(UNTAUGHT)).toList();
        assertThat(still).as("weights that nothing moved").isEmpty();
        assertThat(base.keySet()).filteredOn(n -> !plan.trains().learns(n)).as("what is frozen stays")
                .allMatch(n -> Arrays.equals(base.get(n), learnt.get(n)));
        assertThat(learnt.keySet()).containsAll(following);
        run.close();
    }

    /// What the committed plans leave out: heads of single tasks. Eight examples again and again are learnt by heart, so the loss must fall.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            roberta | classification | has_lm_head:false num_labels_in_file:4
            vilt    | nlvr2          | num_answers:2 reads_two_pictures:true modality_type_vocab_size:3
            vilt    | rank           | has_rank_output:true
            albef   | vqa            | albef_config.decoder_layers_in_file:1 albef_config.decoder_fusion_in_file:0
            blip    | vqa            | answers:true
            albef   | nlvr2          | albef_config.classes_in_file:2 albef_config.has_mlm:false bert_config.num_hidden_layers:3
            uniter  | nlvr2          | nlvr2_kind:POOLED type_vocab_size:3
            uniter  | nlvr2          | nlvr2_kind:ATTENTION type_vocab_size:3
            uniter  | rank           | has_rank_output:true sample_size:3
            uniter  | mrc            | img_dim:192
            uniter  | vqa            | img_dim:192
            vlmo    | nlvr2          | vlmo_config.loss_names.nlvr2:1
            beit3   | nlvr2          | heads.pair:true
            """)
    void everyTaskIsLearnt(String family, String task, String config) throws Exception {
        List<String> set = new ArrayList<>(List.of("objectives", "{\"" + task + "\": 1}", "data.train", "8", "steps",
                "30", "optimizer.rate", "0.005"));
        for (String one : config.split(" ")) {
            set.addAll(List.of("config." + one.split(":")[0], one.split(":")[1]));
        }
        TinyRun run = TinyRun.start(TinyPlans.of(family, set.toArray(String[]::new)), folder.resolve("run"))
                .toTheEnd();
        Map<Integer, Double> losses = run.losses();
        assertThat(mean(losses, 27, 30)).as("loss %s", losses).isLessThan(0.98 * mean(losses, 1, 3));
        assertThat(run.session().summary().last().get("validation.accuracy." + task)).isBetween(0.0, 1.0);
        run.close();
    }

    /// As its files for retrieval are fine-tuned: two towers and one comparison, nothing of both together.
    @Test
    void vlmoLearnsToFindPairsByItsTowersAlone() throws Exception {
        List<String> set = new ArrayList<>(List.of("objectives", "{\"contrastive\": 1}", "data.train", "8", "steps",
                "60", "optimizer.rate", "0.001"));
        for (String head : List.of("itm:0", "itc:0", "mlm:0", "vqa:0", "irtr:1")) {
            set.addAll(List.of("config.vlmo_config.loss_names." + head.split(":")[0], head.split(":")[1]));
        }
        TinyRun run = TinyRun.start(TinyPlans.of("vlmo", set.toArray(String[]::new)), folder.resolve("run"))
                .toTheEnd();
        assertThat(Objective.tasks(run.model())).containsExactly(Task.CONTRAST);
        Map<Integer, Double> losses = run.losses();
        assertThat(mean(losses, 57, 60)).as("loss %s", losses).isLessThan(0.9 * mean(losses, 1, 3));
        assertThat(run.session().summary().last().get("validation.r1")).isBetween(0.0, 1.0);
        Map<String, float[]> learnt = run.numbers();
        TinyRun.await(run.session().restore());
        assertThat(run.numbers().get("itc_image_proj.fc.weight")).isNotEqualTo(learnt.get("itc_image_proj.fc.weight"));
        assertThat(learnt.keySet()).noneMatch(n -> n.startsWith("itc_vl_") || n.startsWith("itm_score"));
        run.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "roberta-static-nsp", "vilt", "albef", "blip", "uniter", "lxmert", "vilbert",
            "blip2",
            "blip2-stage2", "llava-stage1", "llava-stage2"})
    void whatIsKeptIsReadByTheOrdinaryLoader(String name) throws Exception {
        TinyRun run = TinyRun.start(TinyPlans.of(name, "steps", "2", "schedule.warmup", "1"), folder.resolve("run"))
                .toTheEnd();
        Path kept = TinyRun.await(run.session().keep(folder.resolve("kept")));
        Map<String, float[]> expected = run.numbers();
        Map<String, float[]> read = TestLane.run(context -> {
            Loader.Loaded loaded = new Loader(Models.all()).load(kept, context.scope());
            assertThat(loaded.model().family()).isEqualTo(run.model().family());
            assertThat(Objective.tasks(loaded.model())).isEqualTo(Objective.tasks(run.model()));
            return TinyRun.numbers(loaded.model());
        });
        assertThat(read.keySet()).isEqualTo(expected.keySet());
        read.forEach((weight, values) -> assertThat(values).as(weight).isEqualTo(expected.get(weight)));
        run.close();
    }

    @Test
    void committedPlansStayWithinASmallModel() throws Exception {
        for (String name : List.of("roberta", "vilt", "albef", "blip", "uniter", "lxmert", "vilbert", "vlmo", "beit3",
                "blip2", "blip2-stage2", "llava")) {
            FineTunePlan plan = TinyPlans.committed(name);
            TinyRun run = TinyRun.start(plan, folder.resolve(name));
            run.session().stop();
            run.toTheEnd();
            Set<String> following = run.model() instanceof Follows f ? f.followers() : Set.of();
            long count = run.model().module().weights().entrySet().stream()
                    .filter(e -> !following.contains(e.getKey())).mapToLong(e -> e.getValue().shape().size()).sum();
            assertThat(count).as(name).isBetween(500_000L, 3_000_000L); // in 16 bits 6 MB
            assertThat(run.model()).isInstanceOf(Initialises.class);
            run.close();
        }
    }

    /// The stage of a plan is the model's own: of all weights just these move.
    @Test
    void theLanguageStageTeachesItsOwnWeights() throws Exception {
        TinyRun run = TinyRun.start(TinyPlans.of("vlmo-language", "steps", "3"), folder.resolve("stage")).toTheEnd();
        Map<String, float[]> learnt = run.numbers();
        TinyRun.await(run.session().restore());
        Map<String, float[]> base = run.numbers();
        FineTunePlan.Trains stage = ((LearnsInStages) run.model()).stages().get("language");
        for (String name : base.keySet().stream().filter(n -> !n.matches(UNTAUGHT)).toList()) {
            assertThat(!Arrays.equals(base.get(name), learnt.get(name))).as(name).isEqualTo(stage.learns(name));
        }
        run.close();
    }

    @Test
    void aPlanThatDoesNotFitSaysWhatWould() throws Exception {
        assertThatThrownBy(() -> TinyRun.start(TinyPlans.of("vilt", "objectives.mrfr", "1"), folder.resolve("a")))
                .isInstanceOf(EngineException.class).hasMessageContaining("mrfr").hasMessageContaining("alignment")
                .hasMessageContaining("vqa");
        assertThatThrownBy(() -> TinyPlans.of("vilt", "objectives.mlmm", "1")).isInstanceOf(EngineException.class)
                .hasMessageContaining("mlmm").hasMessageContaining("nlvr2");
        assertThatThrownBy(() -> TinyRun.start(TinyPlans.of("vilt", "config.num_answers", "43"), folder.resolve("b")))
                .isInstanceOf(EngineException.class).hasMessageContaining("43").hasMessageContaining("44");
        assertThatThrownBy(() -> TinyPlans.of("vilt", "lessons.rule", "\"robert\""))
                .isInstanceOf(EngineException.class).hasMessageContaining("lessons.rule").hasMessageContaining("bert");
    }

    /// A picture tower may begin where a CLIP's ended; tables may have one more axis.
    @Test
    void partsAreTakenOverFromAnotherModel() throws Exception {
        FineTunePlan clip = TinyRun.plan("\"hidden_size\": 16", "\"hidden_size\": 32", "\"intermediate_size\": 32",
                "\"intermediate_size\": 48");
        FineTunePlan albef = TinyPlans.of("albef");
        Map<String, String> rules = Map.of("vision_model\\.encoder\\.layers\\.(0)\\.self_attn\\.q_proj\\.(.*)",
                "visual_encoder.blocks.$1.attn.query.$2", "vision_model\\.embeddings\\.position_embedding\\.weight",
                "visual_encoder.pos_embed");
        JsonObject config = FreshFiles.write(folder.resolve("clip"), clip);
        JsonObject other = FreshFiles.write(folder.resolve("albef"), albef);
        TestLane.run(context -> {
            VisionLanguageModel from = Models.named("clip").orElseThrow().create(config,
                    new ModelFiles(Optional.of(folder.resolve("clip"))));
            VisionLanguageModel to = Models.named("albef").orElseThrow().create(other,
                    new ModelFiles(Optional.of(folder.resolve("albef"))));
            ((Initialises) from).initialise(context.scope(), 1);
            ((Initialises) to).initialise(context.scope(), 2);
            Parts.take(rules, from.module().weights(), to.module().weights(), context.scope(), "p");
            ((Initialises) to).settle();
            Map<String, float[]> a = TinyRun.numbers(from);
            Map<String, float[]> b = TinyRun.numbers(to);
            for (String tower : List.of("visual_encoder", "visual_encoder_m")) { // the copy is still the model itself
                assertThat(b.get(tower + ".blocks.0.attn.query.weight"))
                        .isEqualTo(a.get("vision_model.encoder.layers.0.self_attn.q_proj.weight"));
                assertThat(b.get(tower + ".pos_embed"))
                        .isEqualTo(a.get("vision_model.embeddings.position_embedding.weight"));
            }
            assertThatThrownBy(() -> Parts.take(Map.of("vision_model\\.nothing", "x"), from.module().weights(),
                    to.module().weights(), context.scope(), "p")).isInstanceOf(EngineException.class)
                    .hasMessageContaining("nothing");
            return true;
        });
    }

    /// The committed rules fit the model that ships: they reach three embeddings and all of each layer, and nothing else.
    @ParameterizedTest
    @CsvSource({"albef, visual_encoder., 3, 16", "blip, visual_encoder., 3, 16", "vilt, vilt.e, 4, 16",
            "vlmo, transformer., 4, 13", "blip2, visual_encoder., 3, 13"})
    void theShippedTowerFitsThePlanThatBeginsFromIt(String name, String prefix, int layers, int weights)
            throws Exception {
        FineTunePlan plan = TinyPlans.committed(name);
        Path clip = shipped("clip");
        JsonObject config = FreshFiles.write(folder.resolve(name), plan);
        TestLane.run(context -> {
            VisionLanguageModel to = Models.named(name).orElseThrow().create(config,
                    new ModelFiles(Optional.of(folder.resolve(name))));
            ((Initialises) to).initialise(context.scope(), 2);
            Map<String, float[]> before = TinyRun.numbers(to);
            Parts.take(plan.startFrom().get("clip"),
                    new Loader(Models.all()).load(clip, context.scope().newSubManager())
                            .model().module().weights(),
                    to.module().weights(), context.scope(), name);
            Map<String, float[]> after = TinyRun.numbers(to);
            assertThat(before.keySet().stream().filter(n -> !Arrays.equals(before.get(n), after.get(n))))
                    .hasSize(3 + layers * weights).allMatch(n -> n.startsWith(prefix));
            return true;
        });
    }

    /// What ships is taken whole, the place in a queue too.
    @ParameterizedTest
    @ValueSource(strings = {"albef", "blip"})
    void aShippedModelIsGoneOnFrom(String name) throws Exception {
        Path ships = shipped(name);
        JsonObject config = FreshFiles.write(folder.resolve("fresh"), TinyPlans.committed(name));
        TestLane.run(context -> {
            VisionLanguageModel from = new Loader(Models.all()).load(ships, context.scope().newSubManager()).model();
            VisionLanguageModel to = Models.named(name).orElseThrow().create(config,
                    new ModelFiles(Optional.of(folder.resolve("fresh"))));
            ((Initialises) to).initialise(context.scope(), 2);
            assertThat(to.module().weights().values()).anyMatch(w -> w.get().getDataType() == DataType.INT64);
            Parts.take(Map.of("(.*)", "$1"), from.module().weights(), to.module().weights(), context.scope(), name);
            Map<String, float[]> taken = TinyRun.numbers(to);
            TinyRun.numbers(from).forEach((weight, values) -> assertThat(taken.get(weight)).as(weight)
                    .isEqualTo(values));
            return true;
        });
    }

    private Path shipped(String name) throws IOException {
        Path to = Files.createDirectory(folder.resolve("ships-" + name));
        Shipped.unpack(name, to);
        return to;
    }

    @Test
    void aPartOfAStackedWeightIsTaken() throws Exception {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Weight keys = weight(scope, 7, 2, 2);
            Weight stacked = weight(scope, 1, 6, 2);
            Parts.take(Map.of("(k)\\.weight", "q$1v.weight[1/3]"), Map.of("k.weight", keys),
                    Map.of("qkv.weight", stacked), scope, "p");
            assertThat(stacked.get().toFloatArray()).containsExactly(1, 1, 1, 1, 7, 7, 7, 7, 1, 1, 1, 1);
            for (String wrong : new String[]{"qkv.weight[3/3]", "qkv.weight[0/2]", "qkv.weight", "other[0/3]"}) {
                assertThatThrownBy(() -> Parts.take(Map.of("k\\.weight", wrong), Map.of("k.weight", keys),
                        Map.of("qkv.weight", stacked), scope, "p")).as(wrong).isInstanceOf(EngineException.class);
            }
            return true;
        });
    }

    private static Weight weight(NDManager scope, float value, int rows, int columns) {
        Weight weight = new Linear(columns, rows, false).weights().get("weight");
        weight.set(scope.full(weight.shape(), value));
        return weight;
    }

    @Test
    void withoutAMaskTokenNothingCanBeHidden() throws Exception {
        FineTunePlan plan = TinyPlans.of("vilt");
        JsonObject config = FreshFiles.write(folder.resolve("base"), plan);
        Path file = folder.resolve("base/tokenizer.json");
        Files.writeString(file, Files.readString(file).replace("mask", "hide"));
        TestLane.run(context -> {
            VisionLanguageModel model = Models.named("vilt").orElseThrow().create(config,
                    new ModelFiles(Optional.of(folder.resolve("base"))));
            assertThatThrownBy(() -> Objective.of("mlm", model, plan, context.scope()))
                    .isInstanceOf(EngineException.class).hasMessageContaining("mask token");
            assertThat(Objective.of("itm", model, plan, context.scope()).name()).isEqualTo("itm");
            return true;
        });
    }

    /// The copy lags behind by its share at each step, by the weights from before the optimiser's step; the queue takes the last batches.
    @ParameterizedTest
    @ValueSource(strings = {"albef", "blip"})
    void theCopyFollowsAndTheQueueTurns(String name) throws Exception {
        FineTunePlan plan = TinyPlans.of(name, "steps", "1", "schedule.warmup", "1");
        TinyRun run = TinyRun.start(plan, folder.resolve("one")).toTheEnd();
        Map<String, float[]> learnt = run.numbers();
        TinyRun.await(run.session().restore());
        Map<String, float[]> base = run.numbers();
        for (String copied : base.keySet().stream().filter(n -> n.contains("_m.")).toList()) {
            assertThat(base.get(copied)).as(copied).isEqualTo(base.get(copied.replaceFirst("_m\\.", ".")));
            for (int i = 0; i < base.get(copied).length; i++) { // both were the same before the first step
                assertThat(learnt.get(copied)[i]).as(copied).isCloseTo(base.get(copied)[i], within(1e-6f));
            }
        }
        assertThat(learnt.get("queue_ptr")).containsExactly(8);
        int columns = 24;
        for (int i = 0; i < learnt.get("image_queue").length; i++) {
            assertThat(learnt.get("image_queue")[i] == base.get("image_queue")[i]).isEqualTo(i % columns >= 8);
        }
        run.close();
    }
}
