package org.diptych.engine.work;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalLong;

/// The native heap's own book-keeping: the GNU library's `mallinfo2`.
final class Heap {
    /// `struct mallinfo2` is ten numbers; these two tell what lies in blocks mapped one by one, and what in the arenas is in use.
    private static final int MAPPED = 4;
    private static final int IN_USE = 7;
    private static final MemoryLayout INFO = MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG);
    private static final Optional<MethodHandle> ASK = find();

    private Heap() {
    }

    @SuppressWarnings("restricted") // one documented function of the C library
    private static Optional<MethodHandle> find() {
        try {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup().find("mallinfo2").map(address -> linker.downcallHandle(address,
                    FunctionDescriptor.of(MemoryLayout.structLayout(INFO))));
        } catch (UnsupportedOperationException | IllegalCallerException e) {
            return Optional.empty();
        }
    }

    static OptionalLong bytes() {
        if (ASK.isEmpty()) {
            return OptionalLong.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = (MemorySegment) ASK.get().invokeExact((SegmentAllocator) arena);
            return OptionalLong.of(info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED)
                    + info.getAtIndex(ValueLayout.JAVA_LONG, IN_USE));
        } catch (Throwable e) { // a method handle declares every kind
            throw new IllegalStateException(e);
        }
    }
}
