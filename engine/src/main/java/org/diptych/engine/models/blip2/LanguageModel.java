package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Writing;
import org.diptych.engine.nn.Losses;

/// The language model that stage 2 speaks to (section 3.3): it reads what the queries tell as vectors of its own width in front of words.
interface LanguageModel {
    /// @param told (B, Q, W) the projected queries
    /// @param text `input_ids` (B, T) that follow them, and `attention_mask` where it is padded; without any it begins by itself
    /// @return (B, n, V); the last place tells the word behind the text
    NDArray logits(Pass pass, NDArray told, Optional<Inputs> text);

    /// @param whole true scores every word of the text, the first where something is told; false only those that follow words, as transformers does for OPT
    /// @return mean over the words that are asked for
    NDArray loss(Pass pass, NDArray told, Inputs inputs, boolean whole);

    /// @return what it says to the words it is asked for, and which they are
    Guess guess(Pass pass, NDArray told, Inputs inputs);

    /// @param prompt as `text` of [#logits]
    Writing begin(Pass pass, NDArray told, Optional<Inputs> prompt, int rows, boolean cached);

    /// @return numbers in a vector of what it is told
    int width();

    /// @return (B, 0, W) what is told where there is no picture
    default NDArray untold(Inputs texts) {
        NDArray ids = texts.get("input_ids");
        return ids.getManager().zeros(new Shape(ids.getShape().get(0), 0, width()));
    }

    /// Puts lessons of the writing task into tensors.
    ///
    /// @param base the examples as they are
    default Inputs lessons(Lesson.Course course, Inputs base, NDManager manager) {
        return base;
    }

    /// @return int64 (B, T) `labels`, or the words themselves where none are given
    static NDArray labels(Inputs inputs, long pad) {
        return inputs.has("labels")
                ? inputs.get("labels")
                : Losses.withoutPadding(inputs.get("input_ids"), pad, Blip2Losses.IGNORED);
    }

    /// @return int64 (B, 1)
    static NDArray column(NDArray near, long id) {
        long[] all = new long[(int) near.getShape().get(0)];
        Arrays.fill(all, id);
        return Staging.longs(near.getManager(), all, new Shape(all.length, 1));
    }

    /// @return int64 (B, Q + T) 1 for all that is told and for each word that is there
    static NDArray there(NDArray told, NDArray attended) {
        return told.getManager().ones(told.getShape().slice(0, 2), DataType.INT64)
                .concat(attended.toType(DataType.INT64, false), 1);
    }

    /// @return (B, V)
    static NDArray last(NDArray logits) {
        return logits.get(new NDIndex(":, -1"));
    }
}
