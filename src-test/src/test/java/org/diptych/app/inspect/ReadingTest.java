package org.diptych.app.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.inspect.Choice.Asker;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionSite.Kind;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.AttentionTrace.SiteTrace;
import org.diptych.engine.api.Axis;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a choice reads out of a map whose axis holds words on both sides of a picture, or learned queries.
@Tag("unit")
class ReadingTest {
    /// Two words, four patches in the place of token 2, three words.
    private static final Axis AROUND = new Axis.Joined(
            List.of(new Axis.Text(2), new Axis.Patches(2, 2, 0), new Axis.Text(3, 3)));
    private static final Axis QUERIES = new Axis.Queries(3);
    private static final Axis PATCHES = new Axis.Patches(1, 2, 1);

    /// Every entry says where it stands: row, then column.
    private static SiteTrace site(String name, Kind kind, Axis query, Axis key, int summary) {
        float[] map = new float[query.size() * key.size()];
        for (int q = 0; q < query.size(); q++) {
            for (int k = 0; k < key.size(); k++) {
                map[q * key.size() + k] = 10 * q + k;
            }
        }
        return new SiteTrace(new AttentionSite(name, kind, 1, 1, query, key, false, summary), new float[][]{map},
                new float[][][]{{map}});
    }

    private static Choice words(int first, int last) {
        return new Choice(Optional.of(new TokenStrip.Span(first, last)), Optional.empty(), Optional.empty(), false);
    }

    @Test
    void wordsBehindThePictureAreFoundBehindIt() {
        SiteTrace trace = site("language", Kind.SELF, AROUND, AROUND, 8);
        Reading before = Reading.of(trace, 0, 0, words(1, 1));
        assertThat(before.picture().orElseThrow().values()).containsExactly(12, 13, 14, 15);
        Reading behind = Reading.of(trace, 0, 0, words(4, 4));
        assertThat(behind.asker()).isEqualTo(Asker.WORDS);
        assertThat(behind.picture().orElseThrow().values()).as("token 4 stands at place 7").containsExactly(72, 73, 74,
                75);
        assertThat(behind.words().orElseThrow()).as("one a token, none for the picture's").containsExactly(70, 71, 0,
                76, 77, 78);
        Reading across = Reading.of(trace, 0, 0, words(1, 3));
        assertThat(across.picture().orElseThrow().values()).as("mean of both words, the picture's token left out")
                .containsExactly(37, 38, 39, 40);
    }

    @Test
    void thePicturesOwnTokenAsksNothing() {
        Reading reading = Reading.of(site("language", Kind.SELF, AROUND, AROUND, 8), 0, 0, words(2, 2));
        assertThat(reading.asker()).isEqualTo(Asker.WHOLE);
        assertThat(reading.picture().orElseThrow().values()).containsExactly(82, 83, 84, 85);
    }

    @Test
    void aPatchAmongWordsAsks() {
        Choice patch = new Choice(Optional.empty(), Optional.of(1), Optional.empty(), false);
        Reading reading = Reading.of(site("language", Kind.SELF, AROUND, AROUND, 8), 0, 0, patch);
        assertThat(reading.asker()).isEqualTo(Asker.PATCH);
        assertThat(reading.words().orElseThrow()).containsExactly(30, 31, 0, 36, 37, 38);
    }

    @Test
    void eachQueryHasItsOwnMap() {
        SiteTrace looks = site("queries.cross", Kind.CROSS, QUERIES, PATCHES, -1);
        SiteTrace self = site("queries", Kind.SELF, QUERIES, QUERIES, -1);
        AttentionTrace trace = new AttentionTrace(List.of(self, looks), List.of());
        Choice third = new Choice(Optional.empty(), Optional.empty(), Optional.of(2), false);
        assertThat(Reading.of(looks, 0, 0, third).picture().orElseThrow().values()).containsExactly(21, 22);
        assertThat(Reading.of(looks, 0, 0, Choice.NONE).picture().orElseThrow().values()).as("the mean of all")
                .containsExactly(11, 12);
        assertThat(Reading.queries(trace)).isEqualTo(3);
        assertThat(Reading.joining(trace, third, Asker.QUERY)).contains("queries.cross");
        assertThat(Reading.queries(new AttentionTrace(List.of(site("t", Kind.SELF, PATCHES, PATCHES, 0)), List.of())))
                .isZero();
    }

    @Test
    void aQueryGoesBeforeWordsAndPatches() {
        Choice all = new Choice(Optional.of(new TokenStrip.Span(0, 0)), Optional.of(0), Optional.of(1), true);
        assertThat(all.askers()).containsExactly(Asker.QUERY, Asker.PATCH, Asker.WORDS);
        assertThat(new Choice(all.words(), all.patch(), Optional.empty(), false).askers()).containsExactly(Asker.WORDS,
                Asker.PATCH);
    }
}
