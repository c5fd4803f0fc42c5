package org.diptych.app.capfilt;

/// A model for one of the two parts.
///
/// @param id   handle of an open model, path of one to be opened, or the family of one to be taught
/// @param name for a person
record Part(Kind kind, String id, String name) {
    enum Kind {
        /// Open already.
        OPEN,
        /// Lies in a file or folder: what work that is gone on with was begun with.
        FILE,
        /// Taught first, on clean pairs.
        TAUGHT
    }

    /// @return true for the same choice after the list was made anew
    boolean same(Part other) {
        return kind == other.kind && id.equals(other.id);
    }

    /// @return what the settings remember it by
    String remembered() {
        return kind + ":" + id;
    }
}
