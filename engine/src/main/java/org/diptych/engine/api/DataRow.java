package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// One usable row of a set of a person's own: a picture, and what the set's file says of it.
///
/// @param at      its place in its file, from 1: a line, or the number of an entry; entries of several captions give several rows
/// @param picture begins as a picture does
/// @param part    what it will be used for
/// @param caption what the picture is learnt with: of questions the first with its answer, of a conversation its first answer
/// @param right   false where the file says that the caption is wrong
/// @param boxes   what is known to be where in the picture
/// @param turns   what is asked and answered about the picture; empty for a caption
/// @param regions where the picture's region features stand, if it has some
public record DataRow(int at, Path picture, Part part, String caption, boolean right, List<Boxed> boxes,
        List<Conversation.Turn> turns, Optional<RegionPlace> regions) {
    public enum Part {
        TRAIN, VALIDATION,
        /// As a test set is.
        UNUSED
    }

    /// @param label what is in it
    /// @param box   in pixels
    public record Boxed(String label, Box box) {
    }

    public DataRow {
        boxes = List.copyOf(boxes);
        turns = List.copyOf(turns);
    }

    /// A row whose picture has no region features.
    public DataRow(int at, Path picture, Part part, String caption, boolean right, List<Boxed> boxes,
            List<Conversation.Turn> turns) {
        this(at, picture, part, caption, right, boxes, turns, Optional.empty());
    }

    /// @return the same row with its picture's region features
    public DataRow with(Optional<RegionPlace> features) {
        return new DataRow(at, picture, part, caption, right, boxes, turns, features);
    }

    /// @return the same row with another caption
    public DataRow saying(String other) {
        return new DataRow(at, picture, part, other, right, boxes, turns, regions);
    }

    /// @param other turns, one at least
    /// @return the same row with these, and with the caption that follows from them
    public DataRow telling(List<Conversation.Turn> other) {
        Conversation.Turn first = other.getFirst();
        String text = asks() ? first.question() + " " + first.answer() : first.answer();
        return new DataRow(at, picture, part, text, right, boxes, other);
    }

    /// @return the same row in another part
    public DataRow in(Part other) {
        return new DataRow(at, picture, other, caption, right, boxes, turns, regions);
    }

    /// @return true for a caption; false for questions or a conversation
    public boolean captioned() {
        return turns.isEmpty();
    }

    /// @return true for questions that can be asked in any order; false for a caption or a conversation
    public boolean asks() {
        return !captioned() && !caption.equals(turns.getFirst().answer());
    }
}
