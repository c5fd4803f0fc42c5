package org.diptych.engine.train;

import java.nio.file.Path;

/// A program of its own that holds a run's folder until it is ended: [RunLockTest] starts it.
public final class LockedRun {
    private LockedRun() {
    }

    public static void main(String[] args) throws Exception {
        try (RunLock _ = RunLock.take(new RunFolder(Path.of(args[0])), false)) {
            System.out.write('+');
            System.out.flush();
            System.in.read(); // nobody writes
        }
    }
}
