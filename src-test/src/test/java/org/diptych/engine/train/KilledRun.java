package org.diptych.engine.train;

import java.nio.file.Path;

/// A program of its own that trains until it is killed: [KilledRunTest] starts it and ends it.
public final class KilledRun {
    private KilledRun() {
    }

    public static void main(String[] args) throws Exception {
        Path run = Path.of(args[0]);
        (new RunFolder(run).holdsRun() ? TinyRun.resume(run) : TinyRun.start(KilledRunTest.plan(args[1]), run))
                .toTheEnd();
    }
}
