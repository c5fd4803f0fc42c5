package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/// One objective on one input: what was hidden, what the model guesses, and what it costs.
///
/// @param task     the objective
/// @param masking  how it hid
/// @param lacks    why it cannot be shown on this input; all that follows is empty then
/// @param shown    the text as the model reads it, hidden words hidden
/// @param picture  true when it sees the picture
/// @param words    those that were hidden
/// @param boxes    of all regions or patches, in the picture's pixels; empty when none can be hidden
/// @param places   those of them that were hidden
/// @param pair     whether picture and text belong together, where it is asked that
/// @param choice   one of several, where it chooses
/// @param plan     how words and places are brought together, where it aligns them
/// @param loss     the objective's own loss
/// @param examples that the loss is taken over: 1, or more for an objective that compares examples
public record TaskView(Task task, Masking masking, Optional<Message> lacks, Optional<Tokens> shown, boolean picture,
        List<Word> words, List<Box> boxes, List<Place> places, Optional<Pair> pair, Optional<Choice> choice,
        Optional<Plan> plan, double loss, int examples) {
    public TaskView {
        words = List.copyOf(words);
        boxes = List.copyOf(boxes);
        places = List.copyOf(places);
    }

    /// Which sides are hidden at once (UNITER section 3.2).
    public enum Masking {
        /// Words alone, or regions alone: the other side is there whole.
        CONDITIONAL,
        /// Words and regions at once.
        JOINT
    }

    /// @return true when the picture's places that a hidden word names are hidden with it, so that nothing tells the word but its neighbours
    public boolean blind(Word word) {
        return !word.own().isEmpty()
                && places.stream().map(Place::box).collect(Collectors.toSet()).containsAll(word.own());
    }

    /// @return an objective that this input lacks something for
    public static TaskView lacking(Task task, Masking masking, Message why) {
        return new TaskView(task, masking, Optional.of(why), Optional.empty(), false, List.of(), List.of(), List.of(),
                Optional.empty(), Optional.empty(), Optional.empty(), Double.NaN, 0);
    }

    /// A hidden word.
    ///
    /// @param place   of its token in `shown`
    /// @param truth   the word that stood there
    /// @param guesses likeliest first; empty when the objective does not ask for it
    /// @param found   probability of the true word, 0 when it is not asked for
    /// @param own     numbers of the boxes that the word names, as far as regions have names
    public record Word(int place, String truth, List<Guess> guesses, double found, List<Integer> own) {
        public Word {
            guesses = List.copyOf(guesses);
            own = List.copyOf(own);
        }

        public boolean asked() {
            return !guesses.isEmpty();
        }
    }

    /// A hidden region or patch.
    ///
    /// @param box     its number among the view's boxes
    /// @param truth   its class, where it is known and asked for
    /// @param guesses classes, likeliest first; empty when the objective does not ask for them
    /// @param found   probability of the true class, 0 when it is not asked for
    /// @param error   mean squared error of the features told, where it asks for them
    /// @param was     the true features as a small picture, where they are one
    /// @param told    the features told, as a small picture
    public record Place(int box, String truth, List<Guess> guesses, double found, OptionalDouble error,
            Optional<Picture> was,
            Optional<Picture> told) {
        public Place {
            guesses = List.copyOf(guesses);
        }

        public boolean asked() {
            return !guesses.isEmpty() || error.isPresent();
        }
    }

    /// @param together    true when the text is the picture's own
    /// @param probability that the model gives to that they belong together; none for an objective that tells a distance only
    public record Pair(boolean together, OptionalDouble probability) {
    }

    /// An optimal transport of words to places (UNITER section 3.2, ViLT section 3.2).
    ///
    /// @param shares [tokens of `shown`][boxes] how much of each word goes to each box; rows sum to 1, or are 0 for tokens that take no part
    public record Plan(List<List<Double>> shares) {
        public Plan {
            shares = shares.stream().map(List::copyOf).toList();
        }
    }

    /// @param guesses likeliest first
    /// @param right   the right one
    /// @param found   its probability
    public record Choice(List<Guess> guesses, String right, double found) {
        public Choice {
            guesses = List.copyOf(guesses);
        }
    }
}
