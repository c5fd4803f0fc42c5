package org.diptych.engine.api;

import java.util.List;

/// What is known of a model without loading it; one file in `catalog/` each.
///
/// @param id          short name, as in `--model`
/// @param title       as the paper writes it
/// @param date        `yyyy-MM` of the first public version of the paper
/// @param lane        where it stands on the timeline
/// @param paper       its paper
/// @param idea        one line
/// @param summary     a paragraph
/// @param parts       what it is built of, in the order of the flow
/// @param objectives  how it was trained
/// @param tasks       what people use it for
/// @param parents     ids of models it builds on
/// @param checkpoints public weights
/// @param capabilities what this program can do with it once loaded; a test holds them to the code
/// @param flow        how its towers stand, from the input up, for a small drawing
public record ModelCard(String id, String title, String date, Lane lane, Paper paper, LocalText idea, LocalText summary,
        List<LocalText> parts, List<LocalText> objectives, List<LocalText> tasks, List<String> parents,
        List<PublicCheckpoint> checkpoints, List<Capability> capabilities, List<Block> flow) {

    public enum Lane {
        TWO_STREAM, ONE_STREAM, DUAL_OR_BRIDGE
    }

    public enum Capability {
        ENCODES_IMAGE, ENCODES_TEXT, SCORES_PAIRS, FILLS_MASKS, ANSWERS, GENERATES
    }

    public record Paper(String title, String authors, String venue, int year, String arxiv) {
    }

    /// @param name       as its publisher calls it
    /// @param where      repository or page, for a person to read
    /// @param format     file form
    /// @param parameters in millions
    /// @param bytes      size of the file, or 4 bytes a parameter where no figure was checked
    public record PublicCheckpoint(String name, String where, String format, double parameters, long bytes,
            String licence) {
    }

    /// One block of the drawing.
    ///
    /// @param side which stream it belongs to
    /// @param kind what it does
    public record Block(Side side, Kind kind) {
        public enum Side {
            IMAGE, TEXT, BOTH
        }

        public enum Kind {
            /// Boxes found by a detector, or their features.
            REGIONS,
            /// A tower of one stream.
            ENCODER,
            /// Two streams that look at each other.
            CROSS,
            /// One stream of words and picture together.
            JOINT,
            /// A small part between two large ones.
            BRIDGE,
            /// Writes text.
            DECODER,
            /// Two vectors that are compared.
            COMPARE
        }
    }

    public int year() {
        return Integer.parseInt(date.substring(0, 4));
    }
}
