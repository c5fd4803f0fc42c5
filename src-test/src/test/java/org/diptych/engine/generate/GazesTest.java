package org.diptych.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionSite.Kind;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.GenerateResult.Gaze;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Where written words looked, on attention whose products are computed by hand.
@Tag("unit")
class GazesTest {
    private static final Axis QUERIES = new Axis.Queries(2);
    private static final Axis PATCHES = new Axis.Patches(1, 2, 1);

    private static AttentionSite site(String name, Kind kind, Axis query, Axis key, boolean causal) {
        return new AttentionSite(name, kind, 1, 2, query, key, causal, -1);
    }

    private static NDArray weights(NDManager scope, Shape shape, float... values) {
        return scope.create(values, shape);
    }

    private static void step(Gazes gazes, long id) {
        gazes.step(new Decoder.Moment(0, new float[0], List.of(), List.of(new Choice(id, 1, List.of())),
                new int[]{0}, new boolean[]{false}));
    }

    private static void close(float[] values, double... expected) {
        assertThat(values).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) values[i]).isCloseTo(expected[i], within(1e-6));
        }
    }

    /// What the queries looked at is read once, before the first word, and serves all words.
    @Test
    void aWordLooksAtThePictureThroughTheQueries() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Axis both = new Axis.Joined(List.of(QUERIES, new Axis.Text(1)));
            Gazes gazes = new Gazes(List.of(site("vision", Kind.SELF, PATCHES, PATCHES, false),
                    site("queries", Kind.SELF, QUERIES, QUERIES, false),
                    site("queries.cross", Kind.CROSS, QUERIES, PATCHES, false).at(0, 2),
                    site("language", Kind.SELF, both, both, true)));
            gazes.attention("queries", 0, weights(scope, new Shape(1, 1, 2, 2), 1, 0, 0, 1));
            gazes.attention("queries.cross", 0,
                    weights(scope, new Shape(1, 1, 2, 3), .2f, .8f, 0, .5f, 0, .5f));
            gazes.attention("queries.cross", 2,
                    weights(scope, new Shape(1, 1, 2, 3), 0, .4f, .6f, 0, 1, 0));
            gazes.attention("language", 0, weights(scope, new Shape(1, 2, 2, 3), //
                    1, 0, 0, .5f, .25f, .25f, // a head: the last row is the word's
                    0, 1, 0, .1f, .75f, .15f));
            step(gazes, 7);
            gazes.attention("language", 0, weights(scope, new Shape(1, 1, 1, 4), .1f, .2f, .3f, .4f));
            step(gazes, 8);
            List<List<Gaze>> all = gazes.of(new long[]{7, 8});
            assertThat(all).hasSize(2).allMatch(g -> g.size() == 1);
            Gaze first = all.getFirst().getFirst();
            assertThat(first.site()).isEqualTo("language");
            assertThat(first.through()).isEqualTo("queries.cross");
            close(first.picture()[0], .3 * .6 + .5 * .5, .3 * .3 + .5 * .25);
            close(first.prompt()[0], .2);
            close(first.written()[0]);
            Gaze second = all.get(1).getFirst();
            close(second.picture()[0], .1 * .6 + .2 * .5, .1 * .3 + .2 * .25);
            close(second.prompt()[0], .3);
            close(second.written()[0], .4);
            return true;
        });
    }

    /// The words of an answer look at the question, and the question has looked at the picture; what reads the question writes nothing.
    @Test
    void anAnswerLooksAtThePictureThroughTheQuestion() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Axis question = new Axis.Text(2);
            Axis start = new Axis.Text(1);
            Gazes gazes = new Gazes(List.of(site("asked", Kind.SELF, question, question, false),
                    site("asked.cross", Kind.CROSS, question, PATCHES, false),
                    site("said", Kind.SELF, start, start, true),
                    site("said.cross", Kind.CROSS, start, question, false)));
            gazes.attention("asked", 0, weights(scope, new Shape(1, 1, 2, 2), 1, 0, 0, 1));
            gazes.attention("asked.cross", 0, weights(scope, new Shape(1, 1, 2, 3), 0, 1, 0, .5f, .1f, .4f));
            gazes.attention("said", 0, weights(scope, new Shape(1, 1, 1, 1), 1));
            gazes.attention("said.cross", 0, weights(scope, new Shape(1, 1, 1, 2), .25f, .75f));
            step(gazes, 3);
            List<Gaze> word = gazes.of(new long[]{3}).getFirst();
            assertThat(word).extracting(Gaze::site).containsExactly("said", "said.cross");
            assertThat(word.getFirst().through()).isEmpty();
            assertThat(word.getFirst().picture()[0]).isEmpty();
            assertThat(word.get(1).through()).isEqualTo("asked.cross");
            close(word.get(1).picture()[0], .25 + .75 * .1, .75 * .4);
            close(word.get(1).prompt()[0], .25, .75);
            return true;
        });
    }
}
