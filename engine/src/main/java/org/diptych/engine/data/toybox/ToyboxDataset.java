package org.diptych.engine.data.toybox;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;

/// Scenes of one split with their captions, some of them wrong when the plan asks for noise.
public final class ToyboxDataset implements Dataset {
    private static final long NOISE = 0x2545F4914F6CDD1DL;

    private static final long SECOND = 0x9B05688C2B3E6C1FL;
    private static final long PARTNER = 0x9FB21C651E98DF25L;

    private final FineTunePlan.Data plan;
    private final World world;
    private final Split split;
    private final int size;
    private final int first;

    /// @param plan  world, language, form of captions, noise, picture size
    /// @param split noise is put into training captions only
    public ToyboxDataset(FineTunePlan.Data plan, Split split) {
        this(plan, split, 0);
    }

    /// @param first number of its first scene in the split; even where scenes have partners, else these come first
    public ToyboxDataset(FineTunePlan.Data plan, Split split, int first) {
        this.first = first;
        this.plan = plan;
        this.world = World.named(plan.world());
        this.split = split;
        this.size = split == Split.TRAIN ? plan.train() : plan.validation();
    }

    @Override
    public String name() {
        return "toybox:" + split.name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int group() {
        return split == Split.TRAIN && plan.hardNegatives() > 0 ? 2 : 1;
    }

    @Override
    public Example example(int index) {
        return example(layout(index));
    }

    /// @return what the set would hold if the scene were in it
    public Example scene(long seed) {
        return example(Layout.of(seed, world));
    }

    private Example example(Layout layout) {
        long seed = layout.seed();
        Dice dice = new Dice(seed ^ NOISE);
        boolean right = split != Split.TRAIN || dice.real() >= plan.noise();
        boolean chinese = plan.language().equals("zh");
        // Partners say the same sentence but for the changed word, so both take their words from the even one's seed.
        String caption = right
                ? Captions.of(layout, plan.captions(), chinese, new Dice(Toybox.words(seed))).text()
                : Swaps.wrong(layout, plan.captions(), chinese, Toybox.words(seed), dice,
                        () -> Layout.of(split.seed(dice.roll(size), 1), world));
        Picture picture = Painter.picture(layout, plan.pictureSize());
        Layout second = Layout.of(split.seed(new Dice(seed ^ SECOND).roll(size), 2), world);
        return new Example(Long.toString(seed), picture, caption, right,
                new ToyboxMore(layout, picture, second, plan));
    }

    @Override
    public List<String> answers() {
        return Toybox.answers(plan.language());
    }

    @Override
    public OptionalInt classes(Task task) {
        return switch (task) {
            case ANSWERS -> OptionalInt.of(answers().size());
            case REGION_CLASSES, REGION_DISTRIBUTIONS, OBJECTS -> OptionalInt.of(Kind.ALL.size());
            case CLASSES -> OptionalInt.of(ToyboxMore.COUNTS);
            default -> OptionalInt.empty();
        };
    }

    @Override
    public Optional<RegionFacts> regions() {
        return Optional.of(new RegionFacts(size, 0, 1, ToyboxMore.COUNTS, ToyboxRegions.SIDE * ToyboxRegions.SIDE * 3,
                Kind.ALL.size(), Hue.ALL.size()));
    }

    private Layout layout(int place) {
        int index = first + place;
        if (group() == 1) {
            return Layout.of(split.seed(index, 0), world);
        }
        Layout even = Layout.of(split.seed(index / 2 * 2L, 0), world);
        Dice dice = new Dice(even.seed() ^ PARTNER);
        if (index % 2 == 0) {
            return even;
        }
        return dice.real() < plan.hardNegatives() ? Swaps.partner(even, dice) : Layout.of(split.seed(index, 0), world);
    }
}
