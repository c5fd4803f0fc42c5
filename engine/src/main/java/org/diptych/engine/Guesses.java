package org.diptych.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RanksAnswers;
import org.diptych.engine.model.TellsNext;
import org.diptych.engine.model.VisionLanguageModel;

/// What a model answers to a text and puts in its gaps, for as far as its file can.
///
/// @param among answers to choose from, for a model that ranks any it is given; empty for its own list
record Guesses(VisionLanguageModel model, Inputs inputs, List<String> among) {
    private static final int BEST = 5;

    /// @return the likeliest answers, their probabilities shares of the whole list
    List<Guess> answers() {
        if (!model.capabilities().contains(Capability.ANSWERS) || !(model instanceof Answers answers)) {
            return List.of();
        }
        if (answers instanceof RanksAnswers ranks) {
            List<String> list = among.isEmpty() ? ranks.answers() : among;
            return list.isEmpty()
                    ? List.of()
                    : best(ranks.answerScores(Pass.INFER, inputs, list), list::get).stream()
                            .filter(guess -> guess.probability() > 0).toList();
        }
        return best(answers.answerLogits(Pass.INFER, inputs), id -> answer(answers, id));
    }

    static String answer(Answers answers, int id) {
        return id < answers.answers().size() ? answers.answers().get(id) : "#" + id;
    }

    /// @return the likeliest words behind the text, for a model that writes
    List<Guess> next() {
        return model instanceof TellsNext teller && model instanceof Generates writer
                && model.capabilities().contains(Capability.GENERATES) && inputs.has("input_ids")
                        ? best(teller.nextLogits(Pass.INFER, inputs), writer::writes, writer::word)
                        : List.of();
    }

    /// @return place of a masked word -> the likeliest words
    Map<Integer, List<Guess>> fills(Tokens tokens) {
        Map<Integer, List<Guess>> out = new LinkedHashMap<>();
        if (!model.capabilities().contains(Capability.FILLS_MASKS) || !(model instanceof FillsMasks fills)) {
            return out;
        }
        OptionalInt mask = fills.maskId();
        List<Integer> gaps = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            if (mask.isPresent() && tokens.tokens().get(i).id() == mask.getAsInt()) {
                gaps.add(i);
            }
        }
        if (!gaps.isEmpty()) {
            NDArray logits = fills.wordLogits(Pass.INFER, inputs); // (1, T, V)
            for (int gap : gaps) {
                out.put(gap, best(logits.get(new NDIndex("0, {}", gap)), fills::word));
            }
        }
        return out;
    }

    /// @param logits (1, A) or (A)
    private static List<Guess> best(NDArray logits, IntFunction<String> name) {
        return best(logits, _ -> true, name);
    }

    /// @param allowed which of the numbers may be named
    private static List<Guess> best(NDArray logits, IntPredicate allowed, IntFunction<String> name) {
        float[] shares = logits.softmax(-1).toFloatArray();
        int[] order = IntStream
                .of(MatrixMath.order(IntStream.range(0, shares.length).mapToDouble(i -> shares[i]).toArray()))
                .filter(allowed).toArray();
        List<Guess> out = new ArrayList<>();
        for (int i = 0; i < Math.min(BEST, order.length); i++) {
            out.add(new Guess(name.apply(order[i]), shares[order[i]]));
        }
        return out;
    }
}
