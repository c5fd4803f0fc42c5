package org.diptych.engine.model;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.Task;

/// One example made ready for one task on an ordinary thread: plain numbers, no tensors. All that was drawn for it is in it, so a loss is a function of lessons alone.
///
/// @param shown   what the model sees: hidden words are hidden in its tokens, hidden regions in its features
/// @param others  what else it sees: a second picture, wrong texts, answers
/// @param shares  how much each of `others` counts, where they do not all count alike; else empty
/// @param words   for each token of `shown` the id that stood there, where the model has to tell it, else -1; empty when no words are hidden
/// @param regions which regions are hidden, when some are
/// @param patches which patches are hidden, when some are
/// @param label   class of the whole: 1 for what belongs together, holds or follows, an answer's or class's number; -1 without one
/// @param scores  how right each class is, from 0 to 1, where more than the label may be said; else empty
/// @param draws   uniform numbers from 0 to 1 for choices that depend on what the model thinks
public record Lesson(Encoded shown, List<Encoded> others, double[] shares, long[] words, Optional<Hidden> regions,
        Optional<Patches> patches, int label, Map<Integer, Double> scores, double[] draws) {
    /// @param hidden (N) 1 for a hidden patch
    /// @param codes  (N) of all patches, where a file tells them; else empty
    public record Patches(long[] hidden, long[] codes) {
    }

    public Lesson {
        others = List.copyOf(others);
        scores = Map.copyOf(scores);
    }

    public static Lesson of(Encoded shown, int label) {
        return new Lesson(shown, List.of(), new double[0], new long[0], Optional.empty(), Optional.empty(), label,
                Map.of(),
                new double[0]);
    }

    /// @param ids for each token the id to tell, or -1
    public Lesson hiding(Encoded seen, long[] ids) {
        return new Lesson(seen, others, shares, ids, regions, patches, label, scores, draws);
    }

    public Lesson hiding(Encoded seen, Hidden which) {
        return new Lesson(seen, others, shares, words, Optional.of(which), patches, label, scores, draws);
    }

    public Lesson hiding(Patches which) {
        return new Lesson(shown, others, shares, words, regions, Optional.of(which), label, scores, draws);
    }

    public Lesson beside(List<Encoded> further) {
        return beside(further, new double[0]);
    }

    /// @param each how much each of them counts
    public Lesson beside(List<Encoded> further, double[] each) {
        return new Lesson(shown, further, each, words, regions, patches, label, scores, draws);
    }

    public Lesson scored(Map<Integer, Double> each) {
        return new Lesson(shown, others, shares, words, regions, patches, label, each, draws);
    }

    public Lesson with(double... numbers) {
        return new Lesson(shown, others, shares, words, regions, patches, label, scores, numbers);
    }

    /// The lessons of one task at one step.
    ///
    /// @param alpha share of what a following copy says in the targets
    /// @param step  number of the step, from 1; 0 outside a run
    public record Course(List<Lesson> lessons, double alpha, int step) {
        public Course {
            lessons = List.copyOf(lessons);
        }

        /// Outside a run.
        public Course(List<Lesson> lessons, double alpha) {
            this(lessons, alpha, 0);
        }

        public List<Encoded> shown() {
            return lessons.stream().map(Lesson::shown).toList();
        }

        /// @return over how many things the task's loss is a mean: hidden regions or patches where it asks for them, hidden words where words are hidden, else lessons
        public long asked(Task task) {
            long words = lessons.stream().flatMapToLong(l -> Arrays.stream(l.words())).filter(w -> w >= 0).count();
            long regions = lessons.stream().flatMap(l -> l.regions().stream()).mapToLong(Course::hidden).sum();
            return switch (task) {
                case REGION_FEATURES, REGION_CLASSES, REGION_DISTRIBUTIONS, OBJECTS -> regions;
                case MASKED_PATCHES, PATCHES_ALONE -> lessons.stream().flatMap(l -> l.patches().stream())
                        .mapToLong(p -> Arrays.stream(p.hidden).sum()).sum();
                default -> words > 0 ? words : lessons.size();
            };
        }

        private static long hidden(Hidden regions) {
            long count = 0;
            for (boolean one : regions.hidden()) {
                count += one ? 1 : 0;
            }
            return count;
        }

        /// @return the lessons from one number to before another
        public Course part(int from, int to) {
            return lessons.isEmpty() ? this : new Course(lessons.subList(from, to), alpha, step);
        }

        /// @return (B)
        public long[] labels() {
            return lessons.stream().mapToLong(Lesson::label).toArray();
        }
    }
}
