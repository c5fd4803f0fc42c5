package org.diptych.engine.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;

/// What a data set knows of an example beyond picture and caption, worked out when it is asked for. Every set says what it has; the rest is empty.
public interface More {
    /// A pair and nothing else.
    More NONE = new More() {
    };

    /// Regions with what a detector would say of them.
    ///
    /// @param classes       (N) numbers from 0
    /// @param attributes    (N) numbers from 0, or [#NONE]
    /// @param of            how many attributes there are, A: 1 where none is known, 0 where no class is either
    /// @param distributions (N, C) certainty of each class
    record Labelled(Regions regions, int[] classes, int[] attributes, int of, float[][] distributions) {
        /// The attribute of a region of which none is known.
        public static final int NONE = -1;

        /// Regions of which only the features are known. They teach what asks for no class.
        public static Labelled unknown(Regions regions) {
            int n = regions.boxes().size();
            float[][] certain = new float[n][1];
            for (float[] row : certain) {
                row[0] = 1;
            }
            return new Labelled(regions, new int[n], new int[n], 0, certain);
        }

        /// @return false for regions of which only the features are known
        public boolean known() {
            return of > 0;
        }

        /// The same for a head whose classes name attribute and class at once, such as `red fish`: number class * A + attribute. The detector is as sure of a class with
        /// the attribute that it sees as of the class.
        ///
        /// @param count classes of the head, without the background
        /// @return what it has to tell; these labels unless `count` is C * A
        public Labelled named(int count) {
            int n = classes.length;
            if (n == 0 || of <= 1 || count != distributions[0].length * of) {
                return this;
            }
            int[] both = new int[n];
            float[][] certain = new float[n][count];
            for (int i = 0; i < n; i++) {
                both[i] = classes[i] * of + attributes[i];
                for (int c = 0; c < distributions[i].length; c++) {
                    certain[i][c * of + attributes[i]] = distributions[i][c];
                }
            }
            return new Labelled(regions, both, attributes, of, certain);
        }
    }

    /// @param answer  number in the set's list of answers
    /// @param scores  how right each answer of the list is, from 0 to 1, where people said different things
    /// @param answers all that people said, the most given first
    record Asked(String question, int answer, Map<Integer, Double> scores, List<Answer> answers) {
        public Asked {
            scores = Map.copyOf(scores);
            answers = List.copyOf(answers);
        }

        /// With one answer, which is right.
        ///
        /// @param said the answer's words
        public Asked(String question, int answer, String said) {
            this(question, answer, Map.of(), List.of(new Answer(said, 1)));
        }
    }

    /// @param share of the people, those who said so
    record Answer(String words, double share) {
    }

    /// A second picture, and a sentence about both.
    ///
    /// @param regions of the second picture, when it has some
    record Compared(Picture second, Optional<Regions> regions, String sentence, boolean holds) {
    }

    default Optional<Labelled> regions() {
        return Optional.empty();
    }

    default List<Asked> questions() {
        return List.of();
    }

    /// @return turns about the picture, in the forms of visual instruction tuning
    default List<Conversation> conversations() {
        return List.of();
    }

    default Optional<Compared> compared() {
        return Optional.empty();
    }

    /// @return captions that are wrong by one word
    default List<String> wrong() {
        return List.of();
    }

    /// @return another true sentence about the picture
    default Optional<String> following() {
        return Optional.empty();
    }

    /// @return what a caption has to name to tell of everything in the picture, each as `red fish`; empty where that is not known
    default List<String> things() {
        return List.of();
    }

    /// @return the caption's class
    default OptionalInt label() {
        return OptionalInt.empty();
    }
}
