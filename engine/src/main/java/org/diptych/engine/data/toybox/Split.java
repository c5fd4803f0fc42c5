package org.diptych.engine.data.toybox;

/// Which scenes are for what, told apart by the upper bits of the seed. A few pairs of kind and colour occur in no split but the last.
public enum Split {
    TRAIN(50_000), VALIDATION(1_000), TEST(1_000), COMPOSITIONAL(1_000);

    private static final int SHIFT = 40;
    private final int size;

    Split(int size) {
        this.size = size;
    }

    public int size() {
        return size;
    }

    /// @param shift draws another set of scenes of the same split
    /// @return the seed of its i-th scene
    public long seed(long index, long shift) {
        return (long) ordinal() << SHIFT | (shift * 1_000_003 + index) & (1L << SHIFT) - 1;
    }

    /// @return the split a seed belongs to; seeds beyond all splits count as training scenes
    static Split of(long seed) {
        long upper = seed >>> SHIFT;
        return upper < values().length ? values()[(int) upper] : TRAIN;
    }

    /// @return true for the eight pairs that training never shows: every other kind in one colour each
    static boolean heldOut(Kind kind, Hue hue) {
        return kind.ordinal() % 2 == 0 && hue.ordinal() == (kind.ordinal() / 2 * 3 + 1) % Hue.ALL.size();
    }
}
