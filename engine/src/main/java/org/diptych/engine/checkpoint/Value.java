package org.diptych.engine.checkpoint;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All that can exist while a pickle is read. There is no way from here to code.
sealed interface Value {
    /// A leaf: text, whole number, real, truth value or nothing.
    record Str(String text) implements Value {
    }

    record Int(BigInteger number) implements Value {
    }

    record Real(double number) implements Value {
    }

    record Bool(boolean truth) implements Value {
    }

    /// Bytes, as the place in the pickle where they lie.
    record Raw(int from, int length) implements Value {
    }

    record None() implements Value {
    }

    /// Compared by identity, since a small file can describe a tuple whose hash takes longer than anyone's life.
    final class Tuple implements Value {
        private final List<Value> items;

        Tuple(List<Value> items) {
            this.items = List.copyOf(items);
        }

        List<Value> items() {
            return items;
        }
    }

    /// A list, or a set read as one. Pickles fill it after making it, so it can change and is compared by identity.
    final class Sequence implements Value {
        final List<Value> items = new ArrayList<>();
    }

    /// A dictionary or an ordered one.
    final class Dict implements Value {
        final Map<Value, Value> items = new LinkedHashMap<>();
    }

    /// The name of a class or function.
    record Global(String module, String name) implements Value {
        String full() {
            return module + "." + name;
        }
    }

    /// Something that a pickle asks to be built by a class or function outside the known set: kept as it was asked for, never called.
    final class Inert implements Value {
        final Value callable;
        final List<Value> arguments;
        Value state = new None();
        final Dict items = new Dict();

        Inert(Value callable, List<Value> arguments) {
            this.callable = callable;
            this.arguments = arguments;
        }

        String name() {
            return callable instanceof Global global ? global.full() : callable.getClass().getSimpleName();
        }
    }

    /// A named stretch of numbers.
    record Storage(String key, DType type, long size) implements Value {
    }

    /// A view of a storage; offset and strides in numbers.
    record Tensor(Storage storage, long offset, long[] shape, long[] stride) implements Value {
    }
}
