package org.diptych.engine.data;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.diptych.engine.api.BrokenRow;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.data.regions.SetRegions;

/// What the readers of public formats fill: pairs, and rows that cannot be used.
final class Found {
    /// What a row is for. Sets that do not say leave it to [PairSet].
    enum Part {
        TRAIN, VALIDATION, TEST, ANY;

        /// `train`, `restval` (Karpathy's: of the validation set, to train with), `val`, `validation`, `dev` or `test`, alone or in a name such as `captions_val2017.json`.
        static Part of(String name) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.contains("train") || lower.contains("restval")) {
                return TRAIN;
            }
            if (lower.contains("val") || lower.equals("dev")) {
                return VALIDATION;
            }
            return lower.contains("test") ? TEST : ANY;
        }

        /// The names that [#of] reads.
        static String name(DataRow.Part part) {
            return switch (part) {
                case TRAIN -> "train";
                case VALIDATION -> "val";
                case UNUSED -> "test";
            };
        }

        /// @return what a row's member `split` says, in a form that has one
        static Part said(JsonObject entry) {
            return entry.get("split") instanceof JsonPrimitive split ? of(split.getAsString()) : ANY;
        }

        /// @param said by each row
        /// @return the parts as the rows say themselves, where some are for learning and some for validation; else nothing
        static Optional<List<DataRow.Part>> divided(List<Part> said) {
            if (!said.contains(VALIDATION) || !said.contains(TRAIN) && !said.contains(ANY)) {
                return Optional.empty();
            }
            return Optional.of(said.stream().map(part -> switch (part) {
                case TRAIN, ANY -> DataRow.Part.TRAIN;
                case VALIDATION -> DataRow.Part.VALIDATION;
                case TEST -> DataRow.Part.UNUSED;
            }).toList());
        }
    }

    /// @param row    at which the question stands, from 1
    /// @param answer the most given one
    /// @param times  how often each answer was given, where that is told
    record Asked(int row, String question, String answer, Map<String, Integer> times) {
        private static final double PEOPLE = 10;
        private static final double EACH = 0.3;

        Asked {
            times = Map.copyOf(times);
        }

        /// @return each answer with its share of the people, the most given first; the one alone where it is not told who said what
        List<More.Answer> answers() {
            double people = people();
            return people == 0
                    ? List.of(new More.Answer(answer, 1))
                    : times.entrySet().stream()
                            .sorted(Comparator.<Map.Entry<String, Integer>>comparingInt(e -> -e.getValue())
                                    .thenComparing(e -> !e.getKey().equals(answer)).thenComparing(Map.Entry::getKey))
                            .map(e -> new More.Answer(e.getKey(), e.getValue() / people)).toList();
        }

        private int people() {
            return times.values().stream().mapToInt(Integer::intValue).sum();
        }

        /// How right each answer is: 0.3 for each of ten people who give it, at most 1 (Anderson et al. 2018, bottom-up-attention-vqa `compute_softscore.py`; so do UNITER, LXMERT, ViLT, VLMo and BEiT-3).
        ///
        /// @param numbers of the answers that can be learnt
        /// @return for each of those that were given; empty where it is not told who said what
        Map<Integer, Double> scores(Map<String, Integer> numbers) {
            int people = people();
            Map<Integer, Double> out = new HashMap<>();
            times.forEach((said, count) -> {
                if (numbers.containsKey(said)) {
                    out.put(numbers.get(said), Math.min(1, EACH * PEOPLE * count / people));
                }
            });
            if (!out.isEmpty()) { // what most people say is right, also where the list has it in another spelling
                out.putIfAbsent(numbers.get(answer), 1.0);
            }
            return out;
        }
    }

    /// @param row       at which it stands, from 1
    /// @param questions about the picture
    record Pair(int row, Path image, String caption, Part part, List<Asked> questions) {
        Pair(int row, Path image, String caption, Part part) {
            this(row, image, caption, part, List.of());
        }
    }

    private static final int EVERY = 500;

    private final List<Pair> pairs = new ArrayList<>();
    private final List<BrokenRow> broken = new ArrayList<>();
    private final LongConsumer watch;
    private final Optional<Set<String>> before;
    private final Set<String> without;
    private final SetRegions regions;
    private int skipped;

    /// For who reads pictures and texts alone.
    Found() {
        this(rows -> {
        }, Optional.empty(), new LinkedHashSet<>(), SetRegions.none());
    }

    /// @param watch is told now and then how many rows there were; what it throws ends the reading
    Found(LongConsumer watch) {
        this(watch, Optional.empty(), new LinkedHashSet<>(), SetRegions.looking(() -> watch.accept(0)));
    }

    /// @param before names of the pictures without which the same rows were read before
    Found(Set<String> before) {
        this(rows -> {
        }, Optional.of(before), new LinkedHashSet<>(), SetRegions.looking(() -> {
        }));
    }

    private Found(LongConsumer watch, Optional<Set<String>> before, Set<String> without, SetRegions regions) {
        this.watch = watch;
        this.before = before;
        this.without = without;
        this.regions = regions;
    }

    /// @return an empty one for the same rows once more, those of pictures without region features left out
    Found withRegions() {
        return new Found(watch, before, new LinkedHashSet<>(), regions.strictly());
    }

    /// @return an empty one for rows whose region features nobody reads
    Found withoutRegions() {
        return new Found(watch, before, new LinkedHashSet<>(), SetRegions.none());
    }

    SetRegions regions() {
        return regions;
    }

    /// @return names of the pictures without which the same rows were read before; nothing at the first time
    Optional<Set<String>> before() {
        return before;
    }

    /// @return names of the pictures that rows were left out for
    Set<String> without() {
        return Collections.unmodifiableSet(without);
    }

    /// Leaves a row out for its picture.
    void skipPicture(int row, String reason, String name, Object... args) {
        without.add(name);
        skip(row, reason, Stream.concat(Stream.of(name), Arrays.stream(args)).toArray());
    }

    /// @return another one for rows that are not told of themselves
    Found aside() {
        return new Found(watch, before, without, regions);
    }

    /// Called for each row.
    void seen(long row) {
        if (row % EVERY == 0) {
            watch.accept(row);
        }
    }

    void take(Pair pair) {
        pairs.add(pair);
    }

    /// @param row    from 1
    /// @param reason last part of a key of the bundle `data`
    void skip(int row, String reason, Object... args) {
        skipped++;
        if (broken.size() < SetReport.LISTED) {
            broken.add(new BrokenRow(row, Message.of("data.broken." + reason, args)));
        }
    }

    List<Pair> pairs() {
        return pairs;
    }

    List<BrokenRow> broken() {
        return broken;
    }

    int skipped() {
        return skipped;
    }
}
