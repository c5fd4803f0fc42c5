package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.PairScore;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Two encoders and fusion of the same weights: each fills the matrix with what it says of the pair alone, and both are the references' numbers.
@Tag("invariant")
class PairScoresTest {
    private static final List<Picture> PICTURES = List.of(picture(3), picture(4));
    private static final List<String> TEXTS = List.of("a fish and a kite", "a kite", "fish and fish");

    @TempDir
    Path folder;

    private static Picture picture(long seed) {
        byte[] rgb = new byte[48 * 48 * 3];
        new SplittableRandom(seed).nextBytes(rgb);
        return new Picture(48, 48, rgb, "noise.png");
    }

    private static ContrastResult matrix(Shelf shelf, Optional<PairScore> score) throws EngineException {
        return TestLane.value(new Asking(TestLane.lane(), shelf)
                .contrast(new ContrastRequest("m", PICTURES, TEXTS, List.of(), score)));
    }

    private static double[] numbers(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    /// What the towers say of one pair, asked alone: the inner product of their vectors, of which the nearest of several counts.
    private static double alike(Shelf shelf, Picture picture, String text) throws EngineException {
        VisionLanguageModel model = shelf.get("m").model();
        Encoded seen = model.encode(Sample.of(picture));
        Encoded read = model.encode(Sample.of(text));
        return TestLane.run(context -> {
            Inputs image = model.batch(List.of(seen), context.scope());
            Inputs words = model.batch(List.of(read), context.scope());
            NDArray vectors = model instanceof EncodesImage e
                    ? e.encodeImage(Pass.READABLE, image)
                    : ((ScoresPairs) model).pictureVectors(Pass.READABLE, image).squeeze(0);
            NDArray word = model instanceof EncodesText e
                    ? e.encodeText(Pass.READABLE, words)
                    : ((ScoresPairs) model).textVectors(Pass.READABLE, words);
            return (double) vectors.matMul(word.transpose()).max().toFloatArray()[0];
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"vlmo/pretrain", "vlmo/pretrain_base_plus", "albef/pretrain", "blip/itm",
            "blip2/stage1_qformer"})
    void aCellIsWhatItsScoreSaysOfThePairAlone(String golden) throws EngineException {
        Shelf shelf = GoldenModels.load(GoldenModels.copy(folder, golden));
        assertThat(shelf.get("m").shown().scores()).containsExactly(PairScore.MATCH, PairScore.SIMILARITY);
        ContrastResult match = matrix(shelf, Optional.of(PairScore.MATCH));
        ContrastResult similarity = matrix(shelf, Optional.of(PairScore.SIMILARITY));
        assertThat(match.score()).isEqualTo(PairScore.MATCH);
        assertThat(similarity.score()).isEqualTo(PairScore.SIMILARITY);
        assertThat(similarity.scale()).isGreaterThan(1).isNotEqualTo(match.scale());
        assertThat(matrix(shelf, Optional.empty()).similarity()).as("its own way").isEqualTo(match.similarity());
        Asking asking = new Asking(TestLane.lane(), shelf);
        for (int i = 0; i < PICTURES.size(); i++) {
            for (int j = 0; j < TEXTS.size(); j++) {
                double alone = TestLane.value(asking.inspect(
                        new InspectRequest("m", PICTURES.get(i), TEXTS.get(j), TraceSelection.DEFAULT))).scores()
                        .get("match");
                assertThat((double) match.at(i, j)).as("match %d %d", i, j).isCloseTo(alone, within(1e-5));
                double near = alike(shelf, PICTURES.get(i), TEXTS.get(j));
                assertThat((double) similarity.at(i, j)).as("similarity %d %d", i, j).isCloseTo(near, within(1e-5));
                assertThat(near).as("not the same number").isNotCloseTo(alone, within(1e-3));
            }
        }
        GoldenModels.free(shelf);
    }

    /// Every method explains either score, and gives back the number that it explains.
    @ParameterizedTest
    @ValueSource(strings = {"vlmo/pretrain", "albef/pretrain", "blip/itm", "blip2/stage1_qformer"})
    void bothScoresAreExplained(String golden) throws EngineException {
        Shelf shelf = GoldenModels.load(GoldenModels.copy(folder, golden));
        Asking asking = new Asking(TestLane.lane(), shelf);
        float similarity = matrix(shelf, Optional.of(PairScore.SIMILARITY)).at(0, 0);
        for (RelevanceMethod method : shelf.get("m").shown().methods()) {
            List<RelevanceResult> found = new ArrayList<>();
            for (Score score : List.of(new Score.Similarity(), new Score.Match())) {
                found.add(TestLane
                        .value(asking.relevance(new RelevanceRequest("m", PICTURES.getFirst(), TEXTS.getFirst(), 0, 0,
                                method, score, Optional.empty()))));
            }
            assertThat(found.getFirst().score()).as(method.name()).isCloseTo(similarity, within(1e-4));
            float[] values = found.getFirst().values();
            assertThat(IntStream.range(0, values.length)).as(method.name()).anyMatch(i -> values[i] != values[0]);
            assertThat(values).as(method.name()).isNotEqualTo(found.getLast().values());
        }
        GoldenModels.free(shelf);
    }

    /// The references' own numbers on their own inputs: the inner products of all pairs and the match of each pair, the first of those that they judged.
    @ParameterizedTest
    @CsvSource({"vlmo/pretrain, itc_i2t_logits, true, itm_logits", "albef/pretrain, gradcam.itc_sim, true, itm_head#0",
            "blip/itm, itc.cosine, false, itm.logits",
            "blip2/stage1_qformer, itc_sim_i2t, true, itm_logits_mean_over_queries"})
    void bothScoresAreTheReferences(String golden, String similarities, boolean scaled, String matches)
            throws EngineException {
        Path from = Path.of("golden", golden);
        TestLane.run(context -> {
            NDManager held = TestLane.lane().scopes().weights(); // takes nothing more once a model is in it
            ScoresPairs model = (ScoresPairs) new Loader(Models.all()).load(from.resolve("model.safetensors"),
                    held).model();
            Inputs inputs;
            try (CheckpointReader reader = CheckpointReader.open(from.resolve("inputs.safetensors"))) {
                java.util.Map<String, NDArray> given = new java.util.HashMap<>();
                for (String name : reader.names()) {
                    given.put(name.equals("image") ? "pixel_values" : name, reader.read(name, context.scope()));
                }
                inputs = new Inputs(given, List.of());
            }
            NDArray expected;
            NDArray judged;
            try (CheckpointReader reader = CheckpointReader.open(from.resolve("outputs.safetensors"))) {
                expected = reader.read(similarities, context.scope());
                judged = reader.read(matches, context.scope()).softmax(-1);
            }
            NDArray similarity = model.similarity(Pass.READABLE, inputs, inputs);
            double scale = scaled ? model.similarityScale() : 1;
            float[] ours = similarity.toFloatArray();
            for (int i = 0; i < ours.length; i++) {
                ours[i] *= (float) scale;
            }
            assertThat(numbers(ours)).containsExactly(numbers(expected.toFloatArray()), within(1e-4 * scale));
            int n = (int) similarity.getShape().get(0);
            float[] match = model.scorePairs(Pass.READABLE, inputs, inputs).toFloatArray();
            float[] own = judged.toFloatArray();
            for (int i = 0; i < n; i++) {
                assertThat(match[i * n + i]).as("pair " + i).isCloseTo(own[2 * i + 1], within(1e-4f));
            }
            held.close();
            return true;
        });
    }

    /// Beside what a file lacks stands what it is that it lacks.
    @ParameterizedTest
    @CsvSource({"vlmo/ft_irtr, SIMILARITY, MATCH, engine.match", "beit3/retrieval, SIMILARITY, MATCH, engine.match",
            "vilt/pretrain, MATCH, SIMILARITY, engine.similarity"})
    void aScoreThatAFileLacksIsRefused(String golden, PairScore has, PairScore lacks, String key)
            throws EngineException {
        Shelf shelf = GoldenModels.load(GoldenModels.copy(folder, golden));
        assertThat(shelf.get("m").shown().scores()).containsExactly(has);
        assertThat(matrix(shelf, Optional.of(has)).score()).isEqualTo(has);
        assertThat(assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> matrix(shelf, Optional.of(lacks))).actual().key()).isEqualTo(key);
        GoldenModels.free(shelf);
    }
}
