package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.AttentionTrace.SiteTrace;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.TraceSelection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the next word rests on, on the reference's tiny LLaVA.
@Tag("invariant")
class NextWordTest {
    private static final String TEXT = "<image>\nWhat is it?";
    private static final int PATCHES = 16;
    private static Engine engine;
    private static LoadedModel model;

    @BeforeAll
    static void open() throws EngineException {
        engine = Engine.start(new EngineOptions("cpu", 1, Path.of("target/data").toAbsolutePath(), Optional.empty()));
        model = engine.load(new LoadRequest("golden/llava/v1_5_hf")).result().toCompletableFuture().join();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static Picture picture() {
        return engine.scene(3, 28, "aligned").picture();
    }

    private static InspectResult inspect() {
        return engine.inspect(new InspectRequest(model.handle(), picture(), TEXT, TraceSelection.DEFAULT)).result()
                .toCompletableFuture().join();
    }

    private static RelevanceResult ask(RelevanceMethod method, String word) {
        return engine.relevance(new RelevanceRequest(model.handle(), picture(), TEXT, 0, 0, method,
                new Score.Next(word), Optional.empty())).result().toCompletableFuture().join();
    }

    @Test
    void theNextWordIsOfferedAndCanBeExplained() {
        InspectResult seen = inspect();
        assertThat(seen.next()).hasSize(5);
        assertThat(seen.next().getFirst().probability()).isGreaterThanOrEqualTo(seen.next().get(1).probability());
        assertThat(model.methods()).containsExactly(RelevanceMethod.RAW, RelevanceMethod.ROLLOUT,
                RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER);
        assertThat(ask(RelevanceMethod.RAW, "").score())
                .isEqualTo(ask(RelevanceMethod.CHEFER, seen.next().getFirst().name()).score());
    }

    @ParameterizedTest
    @EnumSource(names = {"RAW", "ROLLOUT", "GRAD_ATTENTION", "CHEFER"})
    void everyMethodSpreadsOverPatchesAndWords(RelevanceMethod method) {
        RelevanceResult found = ask(method, "");
        InspectResult seen = inspect();
        assertThat(found.values()).hasSize(PATCHES);
        assertThat(found.tokens()).hasSize(seen.tokens().size());
        int place = seen.tokens().tokens().stream().map(t -> t.string()).toList().indexOf("<image>");
        assertThat(found.tokens()[place]).as("the picture's own token").isZero();
        assertThat(found.tokens()[seen.tokens().size() - 1]).as("a word behind the picture").isNotZero();
        for (float value : found.values()) {
            assertThat(value).isFinite().isNotNegative();
        }
    }

    @Test
    void rawIsTheLastPlacesOwnLook() {
        SiteTrace site = inspect().trace().site("language").orElseThrow();
        int last = site.site().query().size() - 1;
        assertThat(site.site().summary()).isEqualTo(last);
        float[] row = site.row(site.site().layers() - 1, AttentionTrace.HEAD_MEAN, last);
        RelevanceResult raw = ask(RelevanceMethod.RAW, "");
        int place = 1; // behind the begin token
        for (int i = 0; i < PATCHES; i++) {
            assertThat(raw.values()[i]).isCloseTo(row[place + i], within(1e-6f));
        }
        for (int t = place + 1; t < raw.tokens().length; t++) {
            assertThat(raw.tokens()[t]).isCloseTo(row[t - 1 + PATCHES], within(1e-6f));
        }
    }

    /// Rollout by hand: the product of (A + I) / 2 over the layers of the language model alone.
    @Test
    void rolloutIsTheProductOverTheLanguageModel() {
        SiteTrace site = inspect().trace().site("language").orElseThrow();
        int n = site.site().query().size();
        double[][] r = new double[n][n];
        for (int i = 0; i < n; i++) {
            r[i][i] = 1;
        }
        for (int layer = 0; layer < site.site().layers(); layer++) {
            double[][] next = new double[n][n];
            for (int i = 0; i < n; i++) {
                float[] a = site.row(layer, AttentionTrace.HEAD_MEAN, i);
                for (int k = 0; k < n; k++) {
                    for (int j = 0; j < n; j++) {
                        next[i][j] += (a[k] + (i == k ? 1 : 0)) / 2 * r[k][j];
                    }
                }
            }
            r = next;
        }
        RelevanceResult rollout = ask(RelevanceMethod.ROLLOUT, "");
        for (int i = 0; i < PATCHES; i++) {
            assertThat((double) rollout.values()[i]).isCloseTo(r[n - 1][1 + i], within(1e-5));
        }
    }

    @Test
    void gradientsDependOnTheWord() {
        List<String> words = inspect().next().stream().map(g -> g.name()).toList();
        assertThat(ask(RelevanceMethod.CHEFER, words.get(0)).values())
                .isNotEqualTo(ask(RelevanceMethod.CHEFER, words.get(1)).values());
        assertThat(ask(RelevanceMethod.RAW, words.get(0)).values())
                .isEqualTo(ask(RelevanceMethod.RAW, words.get(1)).values());
        assertThatThrownBy(() -> ask(RelevanceMethod.RAW, "no such word")).hasCauseInstanceOf(EngineException.class)
                .hasMessageContaining("no such word");
    }
}
