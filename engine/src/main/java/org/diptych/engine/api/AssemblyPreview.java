package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a LLaVA put together by hand would be, told by configurations and tensor headers alone.
///
/// @param taken      what comes from where, in the order of the new file
/// @param checks     what must agree
/// @param parameters of all that is chosen
/// @param bytes      that the folder takes on the disk; while a part is not chosen, what is known of it
public record AssemblyPreview(List<Taken> taken, List<Check> checks, long parameters, long bytes) {
    public AssemblyPreview {
        taken = List.copyOf(taken);
        checks = List.copyOf(checks);
    }

    /// @return the first fault, as the three texts of an [EngineException]
    public Optional<Message> fault() {
        return checks.stream().flatMap(c -> c.fault().stream()).findFirst();
    }

    /// @return true when nothing is left to choose
    public boolean whole() {
        return checks.stream().noneMatch(c -> c.verdict() == Verdict.OPEN);
    }

    /// @param what    it is
    /// @param from    file or folder; empty for what is drawn fresh
    /// @param tensors that are taken
    public record Taken(Message what, Optional<Path> from, int tensors, long parameters, long bytes) {
    }

    /// Two values that must agree.
    ///
    /// @param name  what they are of
    /// @param left  as one part has it; empty while that is not chosen
    /// @param right as the other has it
    /// @param fault why nothing can be made of it: `KEY.what`, `KEY.why`, `KEY.todo`
    public record Check(Message name, Optional<Message> left, Optional<Message> right, Verdict verdict,
            Optional<Message> fault) {
    }

    public enum Verdict {
        AGREES,
        /// They differ, but one of them counts for nothing.
        WARNS,
        /// Nothing can be made of it.
        DIFFERS,
        /// A part is not chosen yet.
        OPEN
    }
}
