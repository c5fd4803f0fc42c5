package org.diptych.engine.train;

import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Derived;
import org.diptych.engine.data.DerivedMore;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.More;

/// A data set with the captions that a person gave at a step in the places of its own.
record Reworded(Dataset data, Corrections corrections, int step) implements Derived {
    @Override
    public Example example(int index) throws EngineException {
        Example example = data.example(index);
        return corrections.caption(index, step).map(text -> of(example, text)).orElse(example);
    }

    /// @return the example with a person's caption, which counts as right
    static Example of(Example example, String caption) {
        return new Example(example.id(), example.picture(), caption, true, new Known(example.more(), caption));
    }

    /// What else is known stays as it is, but what is true now is no wrong partner any more.
    private record Known(More more, String caption) implements DerivedMore {
        @Override
        public List<String> wrong() {
            return more.wrong().stream().filter(w -> !w.equals(caption)).toList();
        }
    }
}
