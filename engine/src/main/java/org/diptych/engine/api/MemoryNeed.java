package org.diptych.engine.api;

/// What a checkpoint will take, told from its headers before anything of it is read.
///
/// @param file    bytes of its tensors in the file
/// @param memory  bytes they take when all are used: pages of the file where it is used as it lies, else copies in 32 bits
/// @param machine bytes of memory this machine has, 0 when unknown
public record MemoryNeed(long file, long memory, long machine) {
    private static final long LARGE = 1_000_000_000;

    /// @return true when a person should know before it is opened
    public boolean large() {
        return memory > LARGE;
    }

    /// @return true when it takes more than there is
    public boolean tooLarge() {
        return machine > 0 && memory > machine;
    }
}
