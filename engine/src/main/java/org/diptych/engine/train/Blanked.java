package org.diptych.engine.train;

import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Derived;
import org.diptych.engine.data.DerivedMore;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.More;
import org.diptych.engine.data.regions.Blank;

/// A data set with nothing to be seen in its pictures. What is drawn for its examples is what is drawn for those that can be seen, for no draw depends on a picture.
record Blanked(Dataset data) implements Derived {
    @Override
    public Example example(int index) throws EngineException {
        Example example = data.example(index);
        return new Example(example.id(), Blank.picture(example.picture()), example.caption(), example.right(),
                new Unseen(example.more()));
    }

    /// What is said of the picture stays true; what was measured in it is gone.
    private record Unseen(More more) implements DerivedMore {
        @Override
        public Optional<Labelled> regions() {
            return more.regions().map(l -> new Labelled(Blank.regions(l.regions()), l.classes(), l.attributes(),
                    l.of(), l.distributions()));
        }

        @Override
        public Optional<Compared> compared() {
            return more.compared().map(c -> new Compared(Blank.picture(c.second()), c.regions().map(Blank::regions),
                    c.sentence(), c.holds()));
        }
    }
}
