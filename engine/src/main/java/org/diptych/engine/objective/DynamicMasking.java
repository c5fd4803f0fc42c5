package org.diptych.engine.objective;

/// Masks words anew at every sight of a text (Liu et al. 2019, section 4.1), draw by draw as fairseq's `MaskTokensDataset` does: the mask is a function of
/// (seed, epoch, index) alone, so a run that is brought back meets the masks it would have met.
///
/// @param share      of a text's positions that are chosen, the frame's special tokens among them
/// @param kept       share of the chosen that keep their word
/// @param random     share of the chosen that get a random word
/// @param vocabulary number of words
/// @param specials   ids below it are never drawn as a random word
/// @param mask       id of the mask token, which all other chosen positions get
public record DynamicMasking(double share, double kept, double random, int vocabulary, int specials, int mask) {
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;

    /// A text with some of its words hidden.
    ///
    /// @param ids    what the model reads
    /// @param chosen which positions it has to tell, those that kept their word among them
    public record Masked(long[] ids, boolean[] chosen) {
    }

    /// RoBERTa's own: 15 % of all positions, 80 % of them the mask, 10 % a random word, 10 % left alone; the mask token stands last in the vocabulary and four
    /// special tokens first.
    public static DynamicMasking roberta(int vocabulary) {
        return new DynamicMasking(0.15, 0.1, 0.1, vocabulary, 4, vocabulary - 1);
    }

    /// @param ids   the text, without mask tokens
    /// @param epoch how often the text was seen before
    /// @param index of the text in its data set
    public Masked apply(long[] ids, long seed, long epoch, long index) {
        NumPyRandom draw = new NumPyRandom(generatorSeed(seed, epoch, index));
        int length = ids.length;
        boolean[] chosen = new boolean[length];
        // Rounded up or down by chance, so that the share holds on average for texts of any length.
        for (int place : draw.different(length, (int) (share * length + draw.uniform()))) {
            chosen[place] = true;
        }
        boolean[] spared = below(draw, length, kept + random);
        boolean[] same = below(draw, length, kept / (kept + random));
        long[] out = ids.clone();
        double[] cumulated = cumulated();
        for (int i = 0; i < length; i++) {
            if (chosen[i] && !spared[i]) {
                out[i] = mask;
            } else if (chosen[i] && !same[i]) {
                out[i] = draw.weighted(cumulated);
            }
        }
        return new Masked(out, chosen);
    }

    private static boolean[] below(NumPyRandom draw, int length, double limit) {
        boolean[] out = new boolean[length];
        for (int i = 0; i < length; i++) {
            out[i] = draw.uniform() < limit;
        }
        return out;
    }

    private double[] cumulated() {
        double[] sums = new double[vocabulary];
        double each = 1.0 / (vocabulary - specials);
        for (int i = specials; i < vocabulary; i++) {
            sums[i] = (i == 0 ? 0 : sums[i - 1]) + each;
        }
        double whole = sums[vocabulary - 1];
        for (int i = 0; i < vocabulary; i++) {
            sums[i] /= whole;
        }
        return sums;
    }

    /// Python's `int(hash((seed, epoch, index)) % 1e6)`: the tuple's hash is xxHash's 64-bit mixing without its last step.
    static int generatorSeed(long... parts) {
        long mixed = PRIME_5;
        for (long part : parts) {
            mixed = Long.rotateLeft(mixed + part * PRIME_2, 31) * PRIME_1;
        }
        mixed += parts.length ^ PRIME_5 ^ 3527539L;
        double rest = (double) mixed % 1e6;
        return (int) (rest < 0 ? rest + 1e6 : rest);
    }
}
