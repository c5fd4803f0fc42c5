package org.diptych.engine.api;

import java.util.List;

/// One way in which a model uses its weights, and what each of its inputs then goes through, layer by layer.
///
/// @param kind  which way
/// @param sites attention sites that run in it, the first of which numbers its layers
/// @param lanes what goes through it
public record Way(Kind kind, List<String> sites, List<Lane> lanes) {
    public enum Kind {
        /// A picture alone, through experts.
        PICTURE,
        /// A text alone, through experts.
        WORDS,
        /// Picture and text as one sequence, through experts.
        PAIR,
        /// A text transformer that reads the text alone (BLIP, section 3.1).
        UNIMODAL,
        /// The same that looks at the picture while it reads: the image-grounded encoder.
        READING,
        /// The same that looks at the picture while it writes: the image-grounded decoder.
        WRITING
    }

    public enum Input {
        PICTURE, WORDS
    }

    /// One input on its way.
    ///
    /// @param layers which weights work on it in each layer, as the paper names them: `V-FFN`, `L-FFN`, `VL-FFN`, `Bi-SA + CA` ...
    public record Lane(Input input, List<String> layers) {
        public Lane {
            layers = List.copyOf(layers);
        }
    }

    public Way {
        sites = List.copyOf(sites);
        lanes = List.copyOf(lanes);
    }
}
