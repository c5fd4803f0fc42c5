package org.diptych.engine.data;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Conversation;

/// What is known of another example, of which only something is not as it is there.
public interface DerivedMore extends More {
    /// @return the other one
    More more();

    @Override
    default Optional<Labelled> regions() {
        return more().regions();
    }

    @Override
    default List<Asked> questions() {
        return more().questions();
    }

    @Override
    default List<Conversation> conversations() {
        return more().conversations();
    }

    @Override
    default Optional<Compared> compared() {
        return more().compared();
    }

    @Override
    default List<String> wrong() {
        return more().wrong();
    }

    @Override
    default Optional<String> following() {
        return more().following();
    }

    @Override
    default List<String> things() {
        return more().things();
    }

    @Override
    default OptionalInt label() {
        return more().label();
    }
}
