package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Masks;

/// T5: an encoder reads vectors, a decoder writes words that look at what was read. Names as Hugging Face's `T5ForConditionalGeneration`.
public final class T5Tower extends Module {
    /// What was read.
    ///
    /// @param states (B, S, D)
    /// @param mask   (B, 1, 1, S) added to the scores of who looks at them
    public record Memory(NDArray states, NDArray mask) {
    }

    private final T5Facts facts;
    private final Embedding words;
    private final T5Stack encoder;
    private final T5Stack decoder;
    private final Optional<Linear> head;

    /// @param reads  name of the encoder's probe points
    /// @param writes name of the decoder's
    public T5Tower(T5Facts facts, String reads, String writes) {
        this.facts = facts;
        words = child("shared", new Embedding(facts.vocabulary(), facts.width()));
        encoder = child("encoder", new T5Stack(facts, false, reads));
        decoder = child("decoder", new T5Stack(facts, true, writes));
        head = facts.tied()
                ? Optional.empty()
                : Optional.of(child("lm_head", new Linear(facts.width(), facts.vocabulary(), false)));
    }

    /// @param ids int64 (...)
    /// @return (..., D)
    public NDArray embed(NDArray ids) {
        return words.apply(ids);
    }

    /// @param vectors (B, S, D)
    /// @param there   int64 (B, S) 1 for what is there, 0 for padding
    public Memory read(Pass pass, NDArray vectors, NDArray there) {
        NDArray mask = Masks.padding(there, -Float.MAX_VALUE);
        return new Memory(encoder.read(pass, vectors, Optional.of(mask)), mask);
    }

    /// @param memory of B samples, R a multiple of B, the rows of one sample side by side
    /// @return a cache for words that look at it
    public static KeyCache cache(Memory memory) {
        return new KeyCache(Optional.of(memory.mask()));
    }

    /// @param ids   int64 (R, n) the words behind those that are remembered
    /// @param cache of this memory; takes these words up too
    /// @return (R, n, V)
    public NDArray write(Pass pass, NDArray ids, Memory memory, KeyCache cache) {
        NDArray states = decoder.write(pass, words.apply(ids), memory.states(), cache);
        return head.map(h -> h.apply(states))
                .orElseGet(() -> words.logits(Scalars.times(states, 1 / Math.sqrt(facts.width()))));
    }

    /// All words at once.
    ///
    /// @param ids int64 (R, n)
    /// @return (R, n, V)
    public NDArray write(Pass pass, NDArray ids, Memory memory) {
        return write(pass, ids, memory, cache(memory));
    }
}
