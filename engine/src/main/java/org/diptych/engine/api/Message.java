package org.diptych.engine.api;

import java.util.List;

/// A text to be shown later in the reader's language.
///
/// @param key  a key of [Texts]
/// @param args its values
public record Message(String key, List<Object> args) {
    public Message {
        args = List.copyOf(args);
    }

    public static Message of(String key, Object... args) {
        return new Message(key, List.of(args));
    }
}
