package org.diptych.engine.api;

import java.util.ArrayList;
import java.util.List;

/// How words are chosen from what a model expects next. The processors work in the order penalty, least length, temperature, top-k, top-p, as in Hugging Face transformers 4.41.
///
/// @param beams       1 for one text, else the number of beams of a beam search, which does not draw
/// @param sample      true to draw, false to take the likeliest
/// @param temperature what logits are divided by before a draw
/// @param topK        ids that a draw may choose from, 0 for all
/// @param topP        smallest probability that the ids of a draw have together, 1 for all (nucleus sampling, Holtzman et al. 2020)
/// @param repetition  penalty of ids that stand there already, 1 for none (Keskar et al. 2019)
/// @param least       length before which a text does not end
/// @param most        length at which it ends
/// @param whole       true when both lengths count the prompt (`max_length`), false when they count new ids (`max_new_tokens`)
/// @param length      exponent of the length that a beam's score is divided by
/// @param seed        of the draws
/// @param stop        texts that end it too
public record Decoding(int beams, boolean sample, double temperature, int topK, double topP, double repetition,
        int least, int most, boolean whole, double length, long seed, List<String> stop) {
    public Decoding {
        stop = List.copyOf(stop);
        boolean known = beams >= 1 && temperature > 0 && topK >= 0 && topP > 0 && topP <= 1 && repetition > 0
                && least >= 0 && most >= 1;
        if (!known || (sample && beams > 1)) {
            throw new IllegalArgumentException("no way to decode: " + beams + " beams, sample " + sample
                    + ", temperature " + temperature + ", top-k " + topK + ", top-p " + topP + ", repetition "
                    + repetition + ", lengths " + least + " to " + most);
        }
    }

    /// @param most new ids
    public static Decoding greedy(int most) {
        return new Decoding(1, false, 1, 0, 1, 1, 0, most, false, 1, 0, List.of());
    }

    /// @param topK 50 is what transformers draws from where nothing is said
    public Decoding drawing(double temperature, int topK, double topP, long seed) {
        return new Decoding(1, true, temperature, topK, topP, repetition, least, most, whole, length, seed, stop);
    }

    public Decoding beams(int beams, double length) {
        return new Decoding(beams, false, temperature, topK, topP, repetition, least, most, whole, length, seed, stop);
    }

    public Decoding penalty(double repetition) {
        return new Decoding(beams, sample, temperature, topK, topP, repetition, least, most, whole, length, seed, stop);
    }

    /// @param whole true when both count the prompt
    public Decoding lengths(int least, int most, boolean whole) {
        return new Decoding(beams, sample, temperature, topK, topP, repetition, least, most, whole, length, seed, stop);
    }

    /// @return the same as options of the command line
    public List<String> options() {
        List<String> out = new ArrayList<>(List.of("--most", Integer.toString(most)));
        option(out, "--least", least, 0);
        option(out, "--beams", beams, 1);
        if (sample) {
            out.addAll(List.of("--temperature", Double.toString(temperature), "--top-k", Integer.toString(topK),
                    "--top-p", Double.toString(topP), "--seed", Long.toString(seed)));
        }
        if (repetition != 1) {
            out.addAll(List.of("--repetition", Double.toString(repetition)));
        }
        if (length != 1) {
            out.addAll(List.of("--length-penalty", Double.toString(length)));
        }
        stop.forEach(text -> out.addAll(List.of("--stop", text)));
        return out;
    }

    private static void option(List<String> out, String name, int value, int usual) {
        if (value != usual) {
            out.addAll(List.of(name, Integer.toString(value)));
        }
    }

    public Decoding stoppingAt(List<String> texts) {
        return new Decoding(beams, sample, temperature, topK, topP, repetition, least, most, whole, length, seed,
                texts);
    }
}
