package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.Optional;

/// Make one LLaVA of two models that know nothing of each other.
///
/// @param vision    a CLIP in Hugging Face's form, file or folder; its picture tower is taken
/// @param language  folder of a LLaMA in Hugging Face's form, with its tokenizer
/// @param projector how the projector comes about
/// @param out       folder of the new model
/// @param seed      of a fresh projector
public record AssembleRequest(Path vision, Path language, Projector projector, Path out, long seed) {
    /// @return what is put together
    public Parts parts() {
        return new Parts(Optional.of(vision), Optional.of(language), projector);
    }

    /// @param trained `mm_projector.bin`, or nothing for a fresh one
    /// @param layers  of a fresh one: 1 for the matrix W of LLaVA v1, 2 for the multi-layer perceptron of v1.5; a trained one has the layers of its file
    public record Projector(Optional<Path> trained, int layers) {
        public static final int LINEAR = 1;
        public static final int PERCEPTRON = 2;

        public static Projector fresh(int layers) {
            return new Projector(Optional.empty(), layers);
        }

        public static Projector trained(Path file) {
            return new Projector(Optional.of(file), PERCEPTRON);
        }
    }

    /// What is chosen so far: a preview says of it what can be said.
    public record Parts(Optional<Path> vision, Optional<Path> language, Projector projector) {
    }
}
