package org.diptych.engine.api;

import java.util.List;

/// Where models spend a forward of one picture and one sentence. Preparing pixels and finding regions are not in it.
public record TimingResult(List<Row> rows) {
    public TimingResult {
        rows = List.copyOf(rows);
    }

    /// Medians over the runs, in milliseconds.
    ///
    /// @param title    the model, as a person calls it
    /// @param picture  with the picture alone: visual embedding
    /// @param text     with the words alone: text embedding
    /// @param together with both at once: interaction
    /// @param regions  true when it read regions that were there already
    public record Row(String title, double picture, double text, double together, boolean regions) {
        public double whole() {
            return picture + text + together;
        }
    }
}
