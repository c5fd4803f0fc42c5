package org.diptych.engine.work;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.EngineException;

/// What the native library says in its own words, where a person can do something about it.
public final class NativeFailure {
    /// `c10/core/impl/alloc_cpu.cpp`, and the message of CUDA's allocator.
    private static final Pattern MEMORY = Pattern
            .compile("(?:can't allocate memory: you tried to allocate|CUDA out of memory\\. Tried to allocate) "
                    + "([0-9.]+) ?(bytes|[KMG]iB)?");
    /// A row that a table has not (`aten/src/ATen/native/TensorAdvancedIndexing.cpp`, and the CPU kernel of `embedding`).
    private static final String ROW = "index out of range in self";

    private NativeFailure() {
    }

    /// @return the same error, or what it means
    static Throwable told(Throwable error) {
        Optional<String> asked = memory(error);
        if (asked.isPresent()) {
            return new EngineException(error, "engine.memory", asked.get());
        }
        return said(error).contains(ROW) ? new EngineException(error, "engine.row") : error;
    }

    /// @return how much the library asked for in vain, as a person reads it, where it ran out of memory
    public static Optional<String> memory(Throwable error) {
        Matcher memory = MEMORY.matcher(said(error));
        return memory.find() ? Optional.of(Bytes.size(bytes(memory.group(1), memory.group(2)))) : Optional.empty();
    }

    private static String said(Throwable error) {
        return error instanceof ai.djl.engine.EngineException && error.getMessage() != null ? error.getMessage() : "";
    }

    private static long bytes(String number, String unit) {
        int shift = unit == null ? 0 : switch (unit) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> 0;
        };
        return (long) Math.scalb(Double.parseDouble(number), shift);
    }
}
