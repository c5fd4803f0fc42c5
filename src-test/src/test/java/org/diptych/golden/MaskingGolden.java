package org.diptych.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.diptych.engine.objective.DynamicMasking;

/// `masking.json`: what fairseq's own dynamic masking drew. The file does not tell the seed, so it is looked for by the first masked text; from then on every draw
/// has to agree.
final class MaskingGolden {
    private static final String FILE = "masking.json";
    private static final int SEEDS = 100_000;
    private static final Set<String> KNOWN = Set.of("procedure", "sequences", "length", "masked_per_sequence_min",
            "masked_per_sequence_max", "masked_fraction", "of_masked", "bos_or_eos_selected", "first_sequence",
            "first_sequence_masked_epoch_1_to_4");

    private MaskingGolden() {
    }

    static void compare(GoldenCase golden, int vocabulary, Compared result) throws IOException {
        Path file = golden.folder().resolve(FILE);
        if (!Files.exists(file)) {
            return;
        }
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        json.keySet().stream().filter(key -> !KNOWN.contains(key)).forEach(key -> result.cannot(FILE + " " + key));
        DynamicMasking masking = DynamicMasking.roberta(vocabulary);
        result.exactly("masking.procedure", says(json.get("procedure").getAsString(), masking), true);
        long[] text = numbers(json.getAsJsonArray("first_sequence"));
        List<long[]> epochs = json.getAsJsonArray("first_sequence_masked_epoch_1_to_4").asList().stream()
                .map(row -> numbers(row.getAsJsonArray())).toList();
        Optional<Integer> seed = IntStream.range(0, SEEDS).boxed()
                .filter(s -> LongStream.of(masking.apply(text, s, 1, 0).ids()).boxed().toList()
                        .equals(LongStream.of(epochs.getFirst()).boxed().toList()))
                .findFirst();
        if (seed.isEmpty()) {
            result.cannot("masking.first_sequence_masked_epoch_1_to_4 (no seed below " + SEEDS + " gives it)");
            return;
        }
        for (int e = 0; e < epochs.size(); e++) {
            result.exactly("masking.first_sequence_masked.epoch " + (e + 1),
                    LongStream.of(masking.apply(text, seed.get(), e + 1, 0).ids()).boxed().toList(),
                    LongStream.of(epochs.get(e)).boxed().toList());
        }
        counts(json, masking, seed.get(), result);
    }

    /// The sentence has the same numbers.
    private static boolean says(String procedure, DynamicMasking masking) {
        long kept = Math.round(100 * masking.kept());
        long random = Math.round(100 * masking.random());
        return Stream.of("int(" + masking.share() + "*len + U[0,1))", kept + "% keep", random + "% random",
                100 - kept - random + "% <mask>").allMatch(procedure::contains);
    }

    private static long[] numbers(JsonArray array) {
        return array.asList().stream().mapToLong(e -> e.getAsLong()).toArray();
    }

    /// The counts were taken in epoch 0, over texts that the file does not hold. Texts of a word that is never drawn give the same but for random words that
    /// happen to be the word that stood there: those count as kept.
    private static void counts(JsonObject json, DynamicMasking masking, int seed, Compared result) {
        int sequences = json.get("sequences").getAsInt();
        Tally tally = Tally.of(masking, seed, 0, sequences, json.get("length").getAsInt());
        result.exactly("masking.masked_per_sequence_min", tally.least, json.get("masked_per_sequence_min").getAsInt());
        result.exactly("masking.masked_per_sequence_max", tally.most, json.get("masked_per_sequence_max").getAsInt());
        double all = (double) sequences * json.get("length").getAsInt();
        same(result, "masked_fraction", tally.chosen / all, json.get("masked_fraction").getAsDouble());
        JsonObject shares = json.getAsJsonObject("of_masked");
        same(result, "of_masked.mask", (double) tally.mask / tally.chosen, shares.get("mask").getAsDouble());
        double kept = shares.get("keep_or_same_random").getAsDouble() * tally.chosen;
        double random = shares.get("random").getAsDouble() * tally.chosen;
        same(result, "of_masked.keep_or_same_random + random", tally.kept + tally.random, kept + random);
        boolean possible = Math.round(kept) >= tally.kept && Math.round(random) <= tally.random;
        result.exactly("masking.of_masked: random words that stood there already count as kept", possible, true);
        // The file does not say in which epoch it counted these; any from the first to the last that it draws is taken.
        int edges = json.get("bos_or_eos_selected").getAsInt();
        boolean drawn = IntStream.rangeClosed(0, 4).anyMatch(
                epoch -> Tally.of(masking, seed, epoch, sequences, json.get("length").getAsInt()).edges == edges);
        result.exactly("masking.bos_or_eos_selected " + edges + " in one of the epochs", drawn, true);
    }

    private static void same(Compared result, String name, double got, double expected) {
        result.closely("masking." + name, new double[]{got}, new double[]{expected}, 1e-9);
    }

    private record Tally(int least, int most, int chosen, int mask, int kept, int random, int edges) {
        static Tally of(DynamicMasking masking, int seed, int epoch, int sequences, int length) {
            int least = length;
            int most = 0;
            int[] sum = new int[5];
            for (int index = 0; index < sequences; index++) {
                DynamicMasking.Masked masked = masking.apply(new long[length], seed, epoch, index);
                int count = 0;
                for (int i = 0; i < length; i++) {
                    if (masked.chosen()[i]) {
                        count++;
                        long id = masked.ids()[i];
                        sum[id == masking.mask() ? 1 : id == 0 ? 2 : 3]++;
                        sum[4] += i == 0 || i == length - 1 ? 1 : 0;
                    }
                }
                sum[0] += count;
                least = Math.min(least, count);
                most = Math.max(most, count);
            }
            return new Tally(least, most, sum[0], sum[1], sum[2], sum[3], sum[4]);
        }
    }
}
