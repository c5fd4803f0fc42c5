package org.diptych.engine.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.Found.Pair;
import org.diptych.engine.data.Found.Part;
import org.diptych.engine.data.regions.SetRegions;
import org.diptych.engine.image.Pictures;

/// A set in one of the public formats, divided as it says itself; where it keeps nothing for validation, a fifth of its pictures is drawn for that with a fixed seed, so that runs with other seeds
/// and runs that go on validate with the same ones. All pairs of a picture are on the same side.
final class PairSet implements OpenedSet {
    /// Answers to choose among, the most frequent ones: as many as occur nine times in VQA v2 (Anderson et al. 2018, section 3.2).
    static final int ANSWERS = 3129;
    private static final int VALIDATION_EVERY = 5;
    private static final int LEAST = 2;
    private static final long SEED = 2011;

    private final Path source;
    private final List<Pair> pairs;
    private final List<Pair> learnt;
    private final List<Pair> kept;
    private final List<Pair> train;
    private final List<Pair> validation;
    private final List<String> answers;
    private final SetReport report;
    private final Set<String> without;
    private final SetRegions.Held regions;

    /// @param format key of the format's name
    /// @throws EngineException when all captions are equal
    PairSet(Path source, String format, Found found) throws EngineException {
        this.source = source;
        distinct(source, found.pairs().stream().map(Pair::caption).toList());
        pairs = List.copyOf(found.pairs());
        without = found.without();
        regions = found.regions().held();
        List<Pair> all = shuffled(pairs);
        List<Pair> own = of(all, Part.TRAIN, Part.ANY);
        List<Pair> held = of(all, Part.VALIDATION);
        boolean divided = !own.isEmpty() && !held.isEmpty();
        if (!divided) {
            List<Pair> usable = own.isEmpty() ? all : own;
            Map<Path, Integer> pictures = new LinkedHashMap<>();
            usable.forEach(pair -> pictures.putIfAbsent(pair.image(), pictures.size()));
            int share = Math.max(pictures.size() / VALIDATION_EVERY, Math.min(LEAST, pictures.size() / 2));
            held = usable.stream().filter(pair -> pictures.get(pair.image()) < share).toList();
            own = usable.stream().filter(pair -> pictures.get(pair.image()) >= share).toList();
        }
        learnt = own;
        kept = held;
        int unused = all.size() - learnt.size() - kept.size();
        answers = frequent(learnt);
        train = answered(learnt, found);
        validation = answered(kept, found);
        report = new SetReport(source, format, train.size(), validation.size(), unused, answers.size(),
                found.skipped(), found.broken(), regions.facts());
    }

    /// @throws EngineException when there are captions, and all of them are equal
    static void distinct(Path source, List<String> captions) throws EngineException {
        if (captions.size() > 1 && captions.stream().distinct().limit(2).count() < 2) {
            throw new EngineException("data.same", source, captions.size(), captions.getFirst());
        }
    }

    /// A file may be ordered by what its pictures show: whoever takes the first so many takes them from everywhere.
    private static List<Pair> shuffled(List<Pair> pairs) {
        Map<Path, List<Pair>> by = new LinkedHashMap<>();
        pairs.forEach(pair -> by.computeIfAbsent(pair.image(), i -> new ArrayList<>()).add(pair));
        List<List<Pair>> pictures = new ArrayList<>(by.values());
        Collections.shuffle(pictures, new Random(SEED));
        return pictures.stream().flatMap(List::stream).toList();
    }

    private static List<Pair> of(List<Pair> pairs, Part... parts) {
        return pairs.stream().filter(pair -> List.of(parts).contains(pair.part())).toList();
    }

    private static List<String> frequent(List<Pair> pairs) {
        Map<String, Integer> times = new HashMap<>();
        pairs.forEach(pair -> pair.questions().forEach(asked -> times.merge(asked.answer(), 1, Integer::sum)));
        return times.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(ANSWERS).map(Map.Entry::getKey).toList();
    }

    /// @return the pairs without those questions whose answer is not in the list, of which `found` is told; a pair that had questions keeps one at least
    private List<Pair> answered(List<Pair> pairs, Found found) {
        Map<String, Integer> known = numbers(answers);
        List<Pair> out = new ArrayList<>();
        for (Pair pair : pairs) {
            List<Found.Asked> left = pair.questions().stream().filter(asked -> known.containsKey(asked.answer()))
                    .toList();
            pair.questions().stream().filter(asked -> !known.containsKey(asked.answer()))
                    .forEach(asked -> found.skip(asked.row(), "rare", asked.answer()));
            if (pair.questions().isEmpty() || !left.isEmpty()) {
                out.add(new Pair(pair.row(), pair.image(), pair.caption(), pair.part(), left));
            }
        }
        return List.copyOf(out);
    }

    private static Map<String, Integer> numbers(List<String> answers) {
        Map<String, Integer> out = new HashMap<>();
        IntStream.range(0, answers.size()).forEach(i -> out.put(answers.get(i), i));
        return out;
    }

    @Override
    public SetReport report() {
        return report;
    }

    @Override
    public Set<String> without() {
        return without;
    }

    @Override
    public List<DataRow> rows() {
        Map<Pair, DataRow.Part> parts = new IdentityHashMap<>(); // a file may say the same twice
        learnt.forEach(pair -> parts.put(pair, DataRow.Part.TRAIN));
        kept.forEach(pair -> parts.put(pair, DataRow.Part.VALIDATION));
        Set<String> known = Set.copyOf(answers);
        return pairs.stream()
                .filter(pair -> pair.questions().isEmpty()
                        || pair.questions().stream().anyMatch(asked -> known.contains(asked.answer())))
                .map(pair -> new DataRow(pair.row(), pair.image(),
                        parts.getOrDefault(pair, DataRow.Part.UNUSED), pair.caption(), true, List.of(),
                        pair.questions().stream().map(a -> new Conversation.Turn(a.question(), a.answer())).toList(),
                        regions.place(pair.image())))
                .toList();
    }

    @Override
    public Dataset train(int most) throws EngineException {
        return side(train, most);
    }

    @Override
    public Dataset validation(int most) throws EngineException {
        return side(validation, most);
    }

    private Dataset side(List<Pair> pairs, int most) throws EngineException {
        if (pairs.size() < LEAST) {
            throw new EngineException("data.few", source, report.pairs(), report.skipped());
        }
        return new Side(source.toString(), pairs.subList(0, Math.min(most, pairs.size())), answers, numbers(answers),
                regions);
    }

    /// @param numbers of the answers
    /// @param held    of the pictures' regions
    private record Side(String name, List<Pair> pairs, List<String> answers, Map<String, Integer> numbers,
            SetRegions.Held held) implements Dataset {
        @Override
        public int size() {
            return pairs.size();
        }

        @Override
        public Example example(int index) throws EngineException {
            Pair pair = pairs.get(index);
            List<More.Asked> questions = pair.questions().stream()
                    .map(q -> new More.Asked(q.question(), numbers.get(q.answer()), q.scores(numbers),
                            q.answers()))
                    .toList();
            Picture picture = Pictures.read(pair.image());
            return new Example(pair.image().getFileName().toString(), picture, pair.caption(), true,
                    OwnMore.of(questions, held.of(pair.image(), picture)));
        }

        @Override
        public OptionalInt classes(Task task) {
            return task == Task.ANSWERS && !answers.isEmpty() ? OptionalInt.of(answers.size()) : held.classes(task);
        }

        @Override
        public Optional<RegionFacts> regions() {
            return held.taken();
        }
    }
}
