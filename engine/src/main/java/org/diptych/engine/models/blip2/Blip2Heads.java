package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.Optional;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.tower.WordHead;

/// What stage 1 reads off the Q-Former (section 3.2), with those heads that a file has: the space of the contrast, the match, and the words.
final class Blip2Heads extends Module {
    private record Projections(Linear pictures, Linear texts) {
    }

    private final double start;
    private final Optional<WordHead> words;
    private final Optional<Projections> projections;
    private final Optional<Linear> match;
    private final Optional<Weight> temperature;

    /// @param table the Q-Former's words, which the head that writes is tied to; there where it writes
    Blip2Heads(Blip2Config config, java.util.function.Supplier<Weight> table) {
        Blip2Config.Former f = config.former();
        start = config.temperature();
        words = config.parts().writes()
                ? Optional.of(child("Qformer.cls.predictions", new WordHead(f.width(), f.epsilon(), f.activation(),
                        table.get(), WordHead.Names.BERT)))
                : Optional.empty();
        projections = config.embed() > 0
                ? Optional.of(new Projections(child("vision_proj", new Linear(f.width(), config.embed())),
                        child("text_proj", new Linear(f.width(), config.embed()))))
                : Optional.empty();
        match = config.parts().match()
                ? Optional.of(child("itm_head", new Linear(f.width(), 2)))
                : Optional.empty();
        temperature = config.parts().scaled() ? Optional.of(weight("temp")) : Optional.empty();
    }

    boolean writes() {
        return words.isPresent();
    }

    boolean compares() {
        return projections.isPresent();
    }

    boolean matches() {
        return match.isPresent();
    }

    /// @param states (B, Q, D)
    /// @return (B, Q, E) of unit length
    NDArray pictures(Pass pass, NDArray states) {
        return feature(pass, "vision_proj", projections.orElseThrow().pictures().apply(states));
    }

    /// @param states (B, T, D)
    /// @return (B, E) of unit length
    NDArray text(Pass pass, NDArray states) {
        return feature(pass, "text_proj",
                projections.orElseThrow().texts().apply(states.get(new NDIndex(":, 0"))));
    }

    private static NDArray feature(Pass pass, String name, NDArray projected) {
        pass.probe().value(name, projected);
        return projected.div(Scalars.atLeast(projected.norm(new int[]{-1}, true), 1e-12));
    }

    /// @param asked (B, Q, D) queries that have seen picture and text
    /// @return (B, Q, 2) logits of mismatch and match, one opinion a query
    NDArray match(Pass pass, NDArray asked) {
        NDArray logits = match.orElseThrow().apply(asked);
        pass.probe().value("itm_head", logits);
        return logits;
    }

    /// @param states (B, T, D)
    /// @return (B, T, V) of the Q-Former's own words
    NDArray words(NDArray states) {
        return words.orElseThrow().apply(states);
    }

    NDArray temperature(NDArray near) {
        return temperature.map(t -> near.getManager().create(1f).mul(t.get()))
                .orElseGet(() -> near.getManager().create((float) start));
    }

    /// @return what similarities are divided by
    double temperature() {
        return temperature.map(t -> (double) t.get().toFloatArray()[0]).orElse(start);
    }

    /// The temperature as training begins.
    void initialise(NDManager scope) {
        temperature.ifPresent(t -> t.set(scope.create((float) start)));
    }
}
