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

/// Two functions of the C library that Java has no word for.
final class LibC {
    /// `struct mallinfo2` of the GNU library is ten numbers; these two tell what lies in blocks mapped one by one, and what in the arenas is in use.
    private static final int MAPPED = 4;
    private static final int IN_USE = 7;
    private static final MemoryLayout INFO = MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG);
    private static final Optional<MethodHandle> MALLINFO = find("mallinfo2",
            FunctionDescriptor.of(MemoryLayout.structLayout(INFO)));
    private static final Optional<MethodHandle> EXIT = find("_exit", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));

    private LibC() {
    }

    @SuppressWarnings("restricted") // documented functions of the C library
    private static Optional<MethodHandle> find(String name, FunctionDescriptor type) {
        try {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup().find(name).map(address -> linker.downcallHandle(address, type));
        } catch (UnsupportedOperationException | IllegalCallerException e) {
            return Optional.empty();
        }
    }

    /// @return bytes that are held by `malloc`, where the platform tells
    static OptionalLong allocated() {
        if (MALLINFO.isEmpty()) {
            return OptionalLong.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = (MemorySegment) MALLINFO.get().invokeExact((SegmentAllocator) arena);
            return OptionalLong.of(info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED)
                    + info.getAtIndex(ValueLayout.JAVA_LONG, IN_USE));
        } catch (Throwable e) { // a method handle declares every kind
            throw new IllegalStateException(e);
        }
    }

    /// Ends the process at once. Unlike [Runtime#halt], which runs what native libraries left to be done at exit, this runs nothing, so it is safe under a call
    /// into one of them. Where the platform has no `_exit`, it is that halt.
    static void exit(int status) {
        if (EXIT.isPresent()) {
            try {
                EXIT.get().invokeExact(status);
            } catch (Throwable e) { // a method handle declares every kind
                throw new IllegalStateException(e);
            }
        }
        Runtime.getRuntime().halt(status);
    }
}
