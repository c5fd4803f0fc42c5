package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.generate.Decoder;
import org.diptych.engine.generate.Written;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.probe.Recorder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Models with experts, fresh on Toybox: what their sites say is what their passes do.
@Tag("invariant")
class ExpertsTest {
    @TempDir
    Path folder;

    private interface Check {
        void run(VisionLanguageModel model, Example example, NDManager scope) throws Exception;
    }

    private void with(String name, Check check) throws Exception {
        FineTunePlan plan = TinyPlans.of(name);
        JsonObject config = FreshFiles.write(folder, plan);
        Example example = new ToyboxDataset(plan.data(), Split.TRAIN).example(0);
        TestLane.run(context -> {
            VisionLanguageModel model = Models.named(plan.model().substring("fresh:".length())).orElseThrow()
                    .create(config, new ModelFiles(Optional.of(folder)));
            ((Initialises) model).initialise(context.scope(), 5);
            try {
                check.run(model, example, context.scope());
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"vlmo", "beit3"})
    void everyPositionOfEveryLayerHasItsExpert(String name) throws Exception {
        with(name, (model, example, scope) -> {
            for (Sample sample : List.of(Sample.of(example.picture(), example.caption()), Sample.of(example.picture()),
                    Sample.of(example.caption()))) {
                Encoded encoded = model.encode(sample);
                List<AttentionSite> sites = model.sites(encoded);
                Recorder recorder = new Recorder(sites, TraceSelection.DEFAULT);
                model.forward(Pass.listening(recorder), model.batch(List.of(encoded), scope));
                List<AttentionTrace.SiteTrace> heard = recorder.trace().sites();
                assertThat(heard).as("every site is heard").extracting(AttentionTrace.SiteTrace::site)
                        .isEqualTo(sites).isNotEmpty();
                for (AttentionSite site : sites) {
                    assertThat(site.experts()).hasSize(site.layers());
                    for (List<AttentionSite.Expert> layer : site.experts()) {
                        int at = 0;
                        for (AttentionSite.Expert expert : layer) {
                            assertThat(expert.from()).isEqualTo(at);
                            at = expert.to();
                        }
                        assertThat(at).isEqualTo(site.query().size());
                    }
                }
            }
        });
    }

    @Test
    void aFreshModelWritesWhatItsTokenizerKnows() throws Exception {
        with("beit3", (model, example, scope) -> {
            Inputs inputs = model.batch(List.of(model.encode(Sample.of(example.picture()))), scope);
            Generates writer = (Generates) model;
            Written greedy = new Decoder(Decoding.greedy(6)).write(writer, Pass.INFER, inputs);
            Written anew = new Decoder(Decoding.greedy(6)).anew().write(writer, Pass.INFER, inputs);
            assertThat(anew.texts().getFirst().fresh()).isEqualTo(greedy.texts().getFirst().fresh());
            assertThat(greedy.texts().getFirst().ids()[0]).as("<s> of its tokenizer")
                    .isEqualTo(model.encode(Sample.of("a")).tokens().orElseThrow().ids()[0]);
            Written beams = new Decoder(Decoding.greedy(6).beams(3, 0.6)).write(writer, Pass.INFER, inputs);
            assertThat(beams.texts()).hasSize(1);
            assertThat(beams.texts().getFirst().score()).isNegative();
        });
    }
}
