package org.diptych.engine.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionSite.Kind;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.probe.Relevance.Focus;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The rules on maps that were worked out by hand.
@Tag("unit")
class RelevanceTest {
    private static final Axis WORDS = new Axis.Text(2);
    private static final Axis BOXES = new Axis.Boxes(3, 0);

    private static Maps.Seen seen(String name, Kind kind, Axis query, Axis key, int layer, int summary, float... map) {
        return new Maps.Seen(new AttentionSite(name, kind, 1, 1, query, key, false, summary), layer, map);
    }

    private static Maps.Seen words(float... map) {
        return seen("words", Kind.SELF, WORDS, WORDS, 0, 0, map);
    }

    private static Maps.Seen boxes(float... map) {
        return seen("boxes", Kind.SELF, BOXES, BOXES, 0, -1, map);
    }

    private static Maps.Seen look(float... map) {
        return seen("look", Kind.CROSS, WORDS, BOXES, 0, 0, map);
    }

    private static Maps.Seen back(float... map) {
        return seen("back", Kind.CROSS, BOXES, WORDS, 0, -1, map);
    }

    private static Map<Axis, float[]> rule(RelevanceMethod method, Maps.Seen... maps) {
        return Relevance.rule(method, List.of(maps), Focus.SUMMARY, OptionalInt.empty());
    }

    /// Equations 5 and 6: R = (1 + A2)(1 + A1), its own part taken off.
    @Test
    void oneStreamAddsEachLayersMapTimesWhatIsThere() {
        Map<Axis, float[]> found = rule(RelevanceMethod.CHEFER, words(0.5f, 0.25f, 0, 1),
                words(0, 0.5f, 0.125f, 0));
        // (1 + A1) = [1.5 0.25; 0 2]; (1 + A2) = [1 0.5; 0.125 1]; row 0 of the product: [1.5, 0.25 + 1]
        assertThat(found.get(WORDS)).containsExactly(new float[]{0.5f, 1.25f}, within(1e-6f));
    }

    /// Equations 7 to 11, by hand. Words: R_tt = 1 + A_t = [1.2 0.6; 0.1 1.1], its added part scaled row by row: R̄_tt = [1.25 0.75; 0.5 1.5]. Boxes: A_i = [0 0.4 0; 0 0 0; 0.3
    /// 0 0.1], so R̄_ii = [1 1 0; 0 1 0; 0.75 0 1.25]. Words look at boxes by A = [0.2 0 0.4; 0 0.6 0].
    @Test
    void wordsOverBoxesFollowTheRulesOfCoAttention() {
        Maps.Seen[] maps = {words(0.2f, 0.6f, 0.1f, 0.1f), boxes(0, 0.4f, 0, 0, 0, 0, 0.3f, 0, 0.1f),
                look(0.2f, 0, 0.4f, 0, 0.6f, 0), back(0.5f, 0, 0, 0.25f, 0, 0), words(0, 0.5f, 0, 0)};
        Map<Axis, float[]> found = rule(RelevanceMethod.CHEFER, maps);
        // A R̄_ii = [0.5 0.2 0.5; 0 0.6 0]; equation 10 gives R_ti = R̄_ttᵀ of it: row 0 [0.625 0.55 0.625], row 1 [0.375 1.05 0.375].
        // R_it was 0 when the words looked, so equation 11 adds nothing to R_tt although the boxes look back in the same layer.
        // The last self-attention adds half of row 1 to row 0 (equations 6 and 7): R_tt row 0 [1.2 + 0.05, 0.6 + 0.55] less its own 1.
        assertThat(found.get(BOXES)).containsExactly(new float[]{0.8125f, 1.075f, 0.8125f}, within(1e-5f));
        assertThat(found.get(WORDS)).containsExactly(new float[]{0.25f, 1.15f}, within(1e-5f));
    }

    /// Equation 11: what boxes took from words comes back when words look at boxes in a later layer.
    @Test
    void whatBoxesTookFromWordsComesBack() {
        Map<Axis, float[]> found = rule(RelevanceMethod.CHEFER, back(0, 0.5f, 0, 0, 0, 0),
                seen("look", Kind.CROSS, WORDS, BOXES, 1, 0, 0.5f, 0, 0, 0, 0, 0));
        // R_it row 0 = [0 0.5]; then R_tt row 0 += 0.5 of it
        assertThat(found.get(WORDS)).containsExactly(new float[]{0, 0.25f}, within(1e-6f));
        assertThat(found.get(BOXES)).containsExactly(new float[]{0.5f, 0, 0}, within(1e-6f));
    }

    @Test
    void rolledOutSharesSumToOne() {
        Map<Axis, float[]> found = rule(RelevanceMethod.ROLLOUT, words(0.5f, 0.5f, 0.25f, 0.75f),
                boxes(1, 0, 0, 0.5f, 0.5f, 0, 0, 0, 1), look(0.2f, 0.3f, 0.5f, 1, 0, 0),
                back(0.5f, 0.5f, 1, 0, 0, 1), words(0.9f, 0.1f, 0.5f, 0.5f));
        float sum = 0;
        for (float[] values : found.values()) {
            for (float v : values) {
                sum += v;
            }
        }
        assertThat(sum).isCloseTo(1, within(1e-6f));
        assertThat(found.get(BOXES)).doesNotContain(0f);
    }

    @Test
    void theNewestLookAndTheSumOfAllLooksAreTold() {
        Maps.Seen[] maps = {words(0.1f, 0.9f, 0.5f, 0.5f), look(0.1f, 0.2f, 0.7f, 1, 0, 0),
                seen("look", Kind.CROSS, WORDS, BOXES, 1, 0, 0.6f, 0.3f, 0.1f, 0, 0, 1)};
        assertThat(rule(RelevanceMethod.RAW, maps).get(BOXES)).containsExactly(0.6f, 0.3f, 0.1f);
        assertThat(rule(RelevanceMethod.GRAD_ATTENTION, maps).get(BOXES)).containsExactly(new float[]{0.7f, 0.5f, 0.8f},
                within(1e-6f));
        assertThat(rule(RelevanceMethod.GRAD_ATTENTION, maps).get(WORDS)).containsExactly(0.1f, 0.9f);
    }

    /// Three layers look: the middle one is shown, and in it the word that is asked about.
    @Test
    void gradCamShowsTheMiddleLayerAndTheAskedWord() {
        List<Maps.Seen> maps = List.of(look(9, 9, 9, 9, 9, 9),
                seen("look", Kind.CROSS, WORDS, BOXES, 1, 0, 1, 2, 3, 5, 6, 7),
                seen("look", Kind.CROSS, WORDS, BOXES, 2, 0, 8, 8, 8, 8, 8, 8));
        assertThat(Relevance.rule(RelevanceMethod.GRAD_CAM, maps, Focus.SUMMARY, OptionalInt.empty()).get(BOXES))
                .containsExactly(3, 4, 5);
        assertThat(Relevance.rule(RelevanceMethod.GRAD_CAM, maps, new Focus(List.of(1)), OptionalInt.empty())
                .get(BOXES)).containsExactly(5, 6, 7);
        assertThat(Relevance.rule(RelevanceMethod.GRAD_CAM, maps, Focus.SUMMARY, OptionalInt.of(2)).get(BOXES))
                .containsExactly(8, 8, 8);
    }

    /// Learned queries beside words look at boxes; the score is the mean over the queries, so both are read.
    @Test
    void queriesBesideWordsAreOneStream() {
        Axis queries = new Axis.Queries(1);
        Axis both = new Axis.Joined(List.of(queries, WORDS));
        List<Maps.Seen> maps = List.of(seen("q", Kind.SELF, both, both, 0, -1, 0, 0.5f, 0, 0, 0, 0, 0, 0, 0),
                seen("q.cross", Kind.CROSS, queries, BOXES, 0, -1, 0.25f, 0.5f, 0));
        Relevance.Explained found = new Relevance.Explained(0,
                Relevance.rule(RelevanceMethod.CHEFER, maps, Focus.SUMMARY, OptionalInt.empty()));
        assertThat(found.onWords().orElseThrow()).containsExactly(0.5f, 0);
        assertThat(found.onPicture().orElseThrow()).containsExactly(0.25f, 0.5f, 0);
        assertThat(Relevance.rule(RelevanceMethod.GRAD_ATTENTION, maps, Focus.SUMMARY, OptionalInt.empty()).get(BOXES))
                .containsExactly(0.25f, 0.5f, 0);
    }

    /// In a joined stream the same is a part of the one map, and a masked word's own row is read.
    @Test
    void aJoinedStreamIsReadByItsParts() {
        Axis joined = new Axis.Joined(List.of(WORDS, new Axis.Patches(1, 2, 1)));
        float[] map = new float[25];
        for (int i = 0; i < map.length; i++) {
            map[i] = i;
        }
        List<Maps.Seen> maps = List.of(seen("joined", Kind.SELF, joined, joined, 0, 0, map));
        Relevance.Explained found = new Relevance.Explained(0,
                Relevance.rule(RelevanceMethod.RAW, maps, new Focus(List.of(1)), OptionalInt.empty()));
        assertThat(found.onWords().orElseThrow()).containsExactly(5, 6);
        assertThat(found.onPicture().orElseThrow()).containsExactly(8, 9);
        assertThat(found.picture()).contains(new Axis.Patches(1, 2, 1));
    }
}
