package org.diptych.engine.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunSummary.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The right to write into a run's folder, held from before the first of its files is written until the run has ended: by one run of one process alone. The system takes it back from a process that dies.
public final class RunLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunLock.class);
    private static final String NAME = ".lock";
    /// Folders held by this process. The system's lock is the process's as a whole, and to close any other channel to its file would give it back.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private RunLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /// @param resumes false for a new run, whose folder must not hold one yet
    /// @throws EngineException when the folder holds a run already, or another run is being written there, or it cannot be written; it is then as it was
    public static RunLock take(RunFolder run, boolean resumes) throws EngineException {
        check(run, resumes);
        Path folder = made(run.path());
        if (!HELD.add(folder)) {
            throw new EngineException("train.busy", run.path());
        }
        try {
            return new RunLock(folder, open(run, resumes, folder.resolve(NAME)));
        } catch (EngineException e) {
            HELD.remove(folder);
            throw e;
        }
    }

    private static void check(RunFolder run, boolean resumes) throws EngineException {
        if (!resumes) {
            if (run.holdsRun()) {
                throw new EngineException("train.exists", run.path());
            }
            return;
        }
        Status status = run.standing().status();
        if (status == Status.RUNNING || status == Status.PAUSED) {
            throw new EngineException("train.busy", run.path());
        }
    }

    /// @return the folder by the one name that it has whatever way leads there
    private static Path made(Path folder) throws EngineException {
        try {
            return Files.createDirectories(folder).toRealPath();
        } catch (IOException e) {
            throw new EngineException(e, "file.write", folder, String.valueOf(e.getMessage()));
        }
    }

    private static FileChannel open(RunFolder run, boolean resumes, Path file) throws EngineException {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean mine = false;
            try {
                if (!locked(channel)) {
                    throw new EngineException("train.busy", run.path());
                }
                check(run, resumes); // another process may have begun a run here, or ended one, meanwhile
                mine = true;
                return channel;
            } finally {
                if (!mine) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw new EngineException(e, "file.write", file, String.valueOf(e.getMessage()));
        }
    }

    /// A network's file system may know no locks; that is no reason not to train there.
    private static boolean locked(FileChannel channel) {
        try {
            return channel.tryLock() != null;
        } catch (IOException e) {
            LOG.warn("no lock: {}", e.getMessage());
            return true;
        }
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close(); // and the lock with it
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            HELD.remove(folder);
        }
    }
}
