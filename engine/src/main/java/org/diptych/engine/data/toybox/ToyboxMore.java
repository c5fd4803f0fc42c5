package org.diptych.engine.data.toybox;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.More;

/// All that is known of a scene, in a plan's language. What a task draws is decided by the scene's seed.
///
/// @param picture of the layout
/// @param second  another layout, for sentences about two
record ToyboxMore(Layout layout, Picture picture, Layout second, FineTunePlan.Data plan) implements More {
    /// How sure the detector that stands behind the boxes is of what it says; what is left is spread evenly over the other kinds.
    static final float CERTAIN = 0.9f;
    /// A scene has one to four things, and its captions name them all.
    static final int COUNTS = 4;
    private static final long QUESTIONS = 0x6A09E667F3BCC909L;
    private static final long NEGATIVES = 0x1F83D9ABFB41BD6BL;
    private static final long STATEMENTS = 0x5BE0CD19137E2179L;
    private static final long NEXT = 0x3C6EF372FE94F82BL;

    private boolean chinese() {
        return plan.language().equals("zh");
    }

    private Phrases phrases() {
        return Phrases.of(plan.language());
    }

    static Regions regions(Layout layout, Picture picture) {
        Scene scene = new Scene(layout.seed(), picture, Painter.things(layout, picture.width()), java.util.Map.of());
        return ToyboxRegions.of(scene, ToyboxRegions.SIDE);
    }

    @Override
    public Optional<Labelled> regions() {
        List<Thing> things = layout.things();
        return Optional.of(labelled(regions(layout, picture), things.stream().map(Thing::kind).toList(),
                things.stream().map(Thing::hue).toList()));
    }

    /// @param kinds of the things in each region
    static Labelled labelled(Regions regions, List<Kind> kinds, List<Hue> hues) {
        float[][] certainty = new float[kinds.size()][Kind.ALL.size()];
        for (int i = 0; i < kinds.size(); i++) {
            Arrays.fill(certainty[i], (1 - CERTAIN) / (Kind.ALL.size() - 1));
            certainty[i][kinds.get(i).ordinal()] = CERTAIN;
        }
        return new Labelled(regions, kinds.stream().mapToInt(Kind::ordinal).toArray(),
                hues.stream().mapToInt(Hue::ordinal).toArray(), Hue.ALL.size(), certainty);
    }

    @Override
    public List<Asked> questions() {
        List<String> answers = Questions.answers(phrases());
        return Questions.of(layout, phrases(), new Dice(layout.seed() ^ QUESTIONS)).stream()
                .map(q -> new Asked(q.text(), answers.indexOf(q.answer()), q.answer())).toList();
    }

    @Override
    public List<Conversation> conversations() {
        return Conversations.of(layout, phrases(), new Dice(layout.seed() ^ Toybox.TURNS));
    }

    @Override
    public Optional<Compared> compared() {
        Picture other = Painter.picture(second, plan.pictureSize());
        Statement statement = Statements.of(layout, second, phrases(),
                new Dice(layout.seed() * 31 + second.seed() ^ STATEMENTS));
        return Optional.of(new Compared(other, Optional.of(regions(second, other)), statement.text(),
                statement.holds()));
    }

    @Override
    public List<String> wrong() {
        return Swaps.negatives(layout, plan.captions(), chinese(), Toybox.words(layout.seed()),
                new Dice(layout.seed() ^ NEGATIVES)).stream().map(Negative::text).toList();
    }

    @Override
    public Optional<String> following() {
        return Optional.of(Captions.of(layout, plan.captions(), chinese(), new Dice(layout.seed() ^ NEXT)).text());
    }

    @Override
    public List<String> things() {
        return layout.things().stream().map(phrases()::bare).toList();
    }

    @Override
    public OptionalInt label() {
        return OptionalInt.of(layout.things().size() - 1);
    }
}
