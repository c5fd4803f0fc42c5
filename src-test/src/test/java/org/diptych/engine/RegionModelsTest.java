package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.TimingRequest;
import org.diptych.engine.api.TimingResult;
import org.diptych.engine.api.TraceSelection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Models that read words and picture together, on random weights: every method, every score they have heads for, matches and masked words.
@Tag("invariant")
class RegionModelsTest {
    private static final Picture PICTURE = picture();
    private static final String TEXT = "a fish and a kite";

    @TempDir
    Path folder;

    private static Picture picture() {
        byte[] rgb = new byte[48 * 48 * 3];
        new SplittableRandom(3).nextBytes(rgb);
        return new Picture(48, 48, rgb, "noise.png");
    }

    private static Regions regions(int width) {
        SplittableRandom random = new SplittableRandom(5);
        float[][] features = new float[4][width];
        List<Box> boxes = new ArrayList<>();
        for (int i = 0; i < features.length; i++) {
            for (int j = 0; j < width; j++) {
                features[i][j] = (float) random.nextDouble();
            }
            boxes.add(new Box(4 * i, 3 * i, 30 + 4 * i, 30 + 3 * i));
        }
        return new Regions(boxes, features, List.of());
    }

    private record Held(Shelf shelf, Asking asking, RegionSource regions) {
        InspectResult look(String text) throws EngineException {
            return TestLane.value(asking.inspect(
                    new InspectRequest("m", PICTURE, text, TraceSelection.DEFAULT, Optional.of(regions))));
        }

        RelevanceResult explain(RelevanceMethod method, Score score) throws EngineException {
            return TestLane.value(
                    asking.relevance(
                            new RelevanceRequest("m", PICTURE, TEXT, 0, 0, method, score, Optional.of(regions))));
        }
    }

    private Held load(String golden) throws EngineException {
        Shelf shelf = GoldenModels.load(GoldenModels.copy(folder, golden));
        int width = shelf.get("m").shown().regionWidth();
        return new Held(shelf, new Asking(TestLane.lane(), shelf),
                new RegionSource.Given(regions(width == 0 ? 1 : width)));
    }

    private static void free(Held held) throws EngineException {
        GoldenModels.free(held.shelf);
    }

    @ParameterizedTest
    @CsvSource({"uniter/pretrain, true", "lxmert/pretrain, true", "vilbert/pretrain, true", "vilt/pretrain, false",
            "albef/pretrain, false"})
    void everyMethodExplainsTheMatchAndAMaskedWord(String golden, boolean boxed) throws EngineException {
        Held held = load(golden);
        InspectResult seen = held.look(TEXT);
        assertThat(seen.scores()).containsKey("match");
        assertThat(seen.regions().isPresent()).isEqualTo(boxed);
        assertThat(seen.trace().sites()).isNotEmpty()
                .allSatisfy(s -> assertThat((Object[]) s.mean()).doesNotContainNull());
        for (RelevanceMethod method : List.of(RelevanceMethod.RAW, RelevanceMethod.ROLLOUT,
                RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.GRAD_CAM)) {
            for (Score score : List.of(new Score.Match(), new Score.Word(2))) {
                RelevanceResult found = held.explain(method, score);
                assertThat(found.picture() instanceof Axis.Boxes).isEqualTo(boxed);
                assertThat(found.values()).as(golden + " " + method + " " + score)
                        .hasSize(boxed ? 4 : seen.patches().map(g -> g.rows() * g.cols()).orElseThrow());
                float sum = 0;
                for (float v : found.values()) {
                    assertThat(Float.isFinite(v) && v >= 0).as(method + ": " + v).isTrue();
                    sum += v;
                }
                assertThat(sum).as(golden + " " + method + " " + score).isPositive();
            }
        }
        free(held);
    }

    @ParameterizedTest
    @CsvSource({"uniter/pretrain", "lxmert/pretrain", "vilbert/pretrain", "vilt/pretrain", "albef/pretrain"})
    void gapsAreFilledAndAMatchIsTheSameInTheMatrix(String golden) throws EngineException {
        Held held = load(golden);
        InspectResult seen = held.look("a [MASK] and a kite");
        assertThat(seen.fills()).containsOnlyKeys(2);
        assertThat(seen.fills().get(2)).hasSize(5).isSortedAccordingTo((a, b) -> Double.compare(b.probability(),
                a.probability()));
        ContrastResult matrix = TestLane.value(held.asking.contrast(new ContrastRequest("m", List.of(PICTURE, PICTURE),
                List.of(TEXT, "a kite"), List.of(held.regions, held.regions))));
        assertThat(matrix.probability()).isTrue();
        assertThat((double) matrix.at(1, 0)).isCloseTo(held.look(TEXT).scores().get("match"),
                org.assertj.core.api.Assertions.within(1e-5));
        free(held);
    }

    @ParameterizedTest
    @CsvSource({"uniter/vqa", "lxmert/vqa", "vilbert/beta_vqa", "vilt/vqa", "vlmo/ft_vqa", "beit3/vqa"})
    void answersAreToldAndExplained(String golden) throws EngineException {
        Held held = load(golden);
        InspectResult seen = held.look(TEXT);
        assertThat(seen.answers()).hasSize(5);
        RelevanceResult best = held.explain(RelevanceMethod.CHEFER, new Score.Answer(""));
        RelevanceResult named = held.explain(RelevanceMethod.CHEFER,
                new Score.Answer(seen.answers().getFirst().name()));
        assertThat(named.values()).containsExactly(best.values());
        EngineException told = assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> held.explain(RelevanceMethod.CHEFER, new Score.Answer("no such answer"))).actual();
        assertThat(told.key()).isEqualTo("engine.answer");
        differs(held, new Score.Answer(""));
        free(held);
    }

    /// A file that can do nothing but fill gaps has a map of what it fills in.
    @ParameterizedTest
    @CsvSource({"vlmo/stage2_textmlm", "beit3/masked_data_modeling", "beit3/captioning"})
    void aFilledGapIsExplainedByAFileWithoutAnotherHead(String golden) throws EngineException {
        Held held = load(golden);
        assertThat(held.look("a [MASK] and a kite").fills()).containsOnlyKeys(2);
        differs(held, new Score.Word(2));
        free(held);
    }

    /// Every method that is offered finds places that matter more than others; occlusion is not offered where there is no match.
    private static void differs(Held held, Score score) throws EngineException {
        List<RelevanceMethod> methods = held.shelf.get("m").shown().methods();
        assertThat(methods).containsExactlyInAnyOrder(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER,
                RelevanceMethod.GRAD_CAM, RelevanceMethod.ROLLOUT, RelevanceMethod.RAW);
        for (RelevanceMethod method : methods) {
            float[] values = held.explain(method, score).values();
            assertThat(IntStream.range(0, values.length)).as(method.name())
                    .allMatch(i -> Float.isFinite(values[i])).anyMatch(i -> values[i] != values[0]);
        }
    }

    /// Models that say how likely a text is as the answer choose among any that they are given, or among those of a list beside their weights.
    @ParameterizedTest
    @CsvSource({"albef/vqa", "blip/vqa", "blip/vqa_original"})
    void givenAnswersAreRankedAndExplained(String golden) throws Exception {
        Held held = load(golden);
        assertThat(held.shelf.get("m").shown().talk().ranks()).isTrue();
        assertThat(held.shelf.get("m").shown().talk().lists()).isFalse();
        assertThat(held.look(TEXT).answers()).isEmpty();
        assertThat(assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> held.explain(RelevanceMethod.CHEFER, new Score.Answer(""))).actual().key())
                .isEqualTo("engine.answers");
        List<String> among = List.of("and", "a and", "a");
        List<Guess> ranked = TestLane
                .value(held.asking.inspect(new InspectRequest("m", PICTURE, TEXT, TraceSelection.DEFAULT,
                        Optional.empty(), among)))
                .answers();
        assertThat(ranked).extracting(Guess::name).containsExactlyInAnyOrderElementsOf(among);
        assertThat(ranked.stream().mapToDouble(Guess::probability).sum())
                .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-5));
        RelevanceResult one = held.explain(RelevanceMethod.GRAD_ATTENTION, new Score.Answer("a and"));
        RelevanceResult other = held.explain(RelevanceMethod.GRAD_ATTENTION, new Score.Answer("and"));
        assertThat(one.score()).isNegative().isNotEqualTo(other.score());
        assertThat(one.values()).isNotEqualTo(other.values());
        free(held);

        Files.writeString(folder.resolve(golden.replace('/', '-')).resolve("answer_list.json"), "[\"a\", \"and\"]");
        Held listed = load(golden);
        assertThat(listed.shelf.get("m").shown().talk().lists()).isTrue();
        List<Guess> own = listed.look(TEXT).answers();
        assertThat(own).extracting(Guess::name).containsExactlyInAnyOrder("a", "and");
        assertThat(listed.explain(RelevanceMethod.CHEFER, new Score.Answer("")).values())
                .isEqualTo(listed.explain(RelevanceMethod.CHEFER, new Score.Answer(own.getFirst().name())).values());
        free(listed);

        Files.writeString(folder.resolve(golden.replace('/', '-')).resolve("answer_list.json"), "{\"a\": 1}");
        assertThat(assertThatExceptionOfType(EngineException.class).isThrownBy(() -> load(golden)).actual().key())
                .isEqualTo("checkpoint.answers");
    }

    /// A file without a head opens for what it can do, and what it cannot is known.
    @ParameterizedTest
    @CsvSource({"uniter/vqa, SCORES_PAIRS", "lxmert/vqa, SCORES_PAIRS", "vilbert/pretrain, ANSWERS",
            "vilt/vqa, FILLS_MASKS",
            "albef/nlvr2, SCORES_PAIRS", "roberta/mlm, ANSWERS"})
    void aMissingHeadIsNamed(String golden, Capability lacking) throws EngineException {
        Held held = load(golden);
        assertThat(held.shelf.get("m").shown().lacking()).contains(lacking);
        assertThat(held.shelf.get("m").shown().report().complete()).isTrue();
        free(held);
    }

    @ParameterizedTest
    @CsvSource({"uniter/pretrain", "lxmert/pretrain", "vilbert/pretrain"})
    void regionsThatDoNotFitAreRefused(String golden) throws EngineException {
        Held held = load(golden);
        for (RegionSource source : List.of(new RegionSource.Given(regions(7)), RegionSource.Grid.USUAL)) {
            EngineException told = assertThatExceptionOfType(EngineException.class)
                    .isThrownBy(() -> TestLane.value(held.asking.inspect(
                            new InspectRequest("m", PICTURE, TEXT, TraceSelection.DEFAULT, Optional.of(source)))))
                    .actual();
            assertThat(told.key()).isEqualTo(
                    source instanceof RegionSource.Grid ? "models.regions.crops" : "models.regions.width");
        }
        EngineException told = assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> TestLane.value(held.asking
                        .inspect(new InspectRequest("m", PICTURE, TEXT, TraceSelection.DEFAULT))))
                .actual();
        assertThat(told.key()).isEqualTo("models.regions");
        free(held);
    }

    /// Each model tells its phases, on the fused path, and the matrix's own forward is what is measured.
    @ParameterizedTest
    @CsvSource({"uniter/pretrain", "lxmert/pretrain", "vilbert/pretrain", "vilt/pretrain", "albef/pretrain"})
    void timeIsToldByPhases(String golden) throws EngineException {
        Held held = load(golden);
        TimingResult result = TestLane
                .value(held.asking.timing(new TimingRequest(List.of("m"), PICTURE, TEXT, held.regions, 3)));
        assertThat(result.rows()).hasSize(1);
        TimingResult.Row row = result.rows().getFirst();
        assertThat(row.picture()).isPositive();
        assertThat(row.text()).isPositive();
        assertThat(row.together()).isPositive();
        assertThat(row.regions()).isEqualTo(!golden.startsWith("vilt") && !golden.startsWith("albef"));
        free(held);
    }

    /// A matrix is many forwards, and can be stopped between two.
    @ParameterizedTest
    @CsvSource({"lxmert/pretrain"})
    void aMatrixCanBeStopped(String golden) throws EngineException {
        Held held = load(golden);
        List<Picture> many = java.util.Collections.nCopies(64, PICTURE);
        JobHandle<ContrastResult> job = held.asking.contrast(new ContrastRequest("m", many,
                java.util.Collections.nCopies(64, TEXT), java.util.Collections.nCopies(64, held.regions)));
        job.cancel();
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> job.result().toCompletableFuture().join())
                .withCauseInstanceOf(java.util.concurrent.CancellationException.class);
        free(held);
    }
}
