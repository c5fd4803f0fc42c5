package org.diptych.engine.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.Runs;
import org.diptych.engine.api.TrainingControl;

/// The folder of runs. A deleted run moves to `.deleted/PROCESS` inside it, from where it can come back until that process has ended and
/// the next one starts.
public final class RunStore implements Runs {
    private final Path folder;
    private final Path deleted;
    /// Runs of this program, which know more than their files do.
    private final Map<String, TrainingSession> live = new ConcurrentHashMap<>();
    private final Map<Path, Known> read = new ConcurrentHashMap<>();

    public RunStore(Path folder) {
        this.folder = folder;
        Path all = folder.resolve(".deleted");
        this.deleted = all.resolve(Long.toString(ProcessHandle.current().pid()));
        purge(all);
    }

    /// @return a folder of its own for a new run
    public RunFolder create(String model) throws EngineException {
        String stamp = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        String name = model.replaceAll("[^A-Za-z0-9]+", "-") + "-" + stamp;
        try {
            Files.createDirectories(folder);
            for (int i = 0;; i++) {
                Path path = folder.resolve(i == 0 ? name : name + "-" + i);
                if (!Files.exists(path)) {
                    return new RunFolder(Files.createDirectory(path));
                }
            }
        } catch (IOException e) {
            throw new EngineException(e, "file.write", folder, String.valueOf(e.getMessage()));
        }
    }

    public RunFolder run(String id) {
        return new RunFolder(folder.resolve(id));
    }

    /// Shows a run of this program as it stands, rather than as its files say.
    ///
    /// @param session a run in this store's folder; others are passed over
    public void track(TrainingSession session) {
        Path path = session.summary().folder().toAbsolutePath();
        if (folder.toAbsolutePath().equals(path.getParent())) {
            live.put(session.summary().id(), session);
        }
    }

    @Override
    public List<RunSummary> list() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<RunSummary> out = new ArrayList<>();
        try (Stream<Path> runs = Files.list(folder)) {
            for (Path path : runs.filter(p -> Files.exists(p.resolve(RunLogFile.NAME))).toList()) {
                try {
                    TrainingSession session = live.get(path.getFileName().toString());
                    out.add(session != null ? session.summary() : summary(path));
                } catch (EngineException e) {
                    // a folder whose log cannot be read is not a run that could be shown
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        out.sort(Comparator.comparing((RunSummary r) -> r.header().started()).reversed());
        return out;
    }

    /// What a log said when it last changed.
    private record Known(long size, FileTime time, RunLog.Header header, RunLog.Row end, Map<String, Double> last) {
    }

    /// A list that is shown again and again parses only what is new.
    private RunSummary summary(Path path) throws EngineException {
        Known known = known(path);
        RunFolder.Standing standing = new RunFolder(path).standing();
        return new RunSummary(path.getFileName().toString(), path, known.header, standing.status(), known.end.step(),
                known.end.seconds(), known.last, standing.kept());
    }

    private Known known(Path path) throws EngineException {
        Path file = path.resolve(RunLogFile.NAME);
        try {
            long size = Files.size(file);
            FileTime time = Files.getLastModifiedTime(file);
            Known before = read.get(path);
            if (before != null && before.size == size && before.time.equals(time)) {
                return before;
            }
            RunLog log = RunLogFile.read(path);
            Map<String, Double> last = new LinkedHashMap<>();
            log.since(0).forEach(row -> last.putAll(row.values()));
            RunLog.Row end = log.size() == 0 ? new RunLog.Row(0, 0, Map.of()) : log.since(log.size() - 1).getFirst();
            Known now = new Known(size, time, log.header(), end, Map.copyOf(last));
            read.put(path, now);
            return now;
        } catch (IOException e) {
            throw new EngineException(e, "train.log", file);
        }
    }

    @Override
    public RunLog log(String id) throws EngineException {
        TrainingSession session = live.get(id);
        return session != null ? session.log() : RunLogFile.read(folder.resolve(id));
    }

    /// @return the run of that folder, while it is in this program's memory
    public Optional<TrainingSession> session(Path run) {
        return live.values().stream().filter(s -> !s.dropped())
                .filter(s -> s.summary().folder().toAbsolutePath().equals(run.toAbsolutePath())).findFirst();
    }

    @Override
    public Optional<TrainingControl> control(String id) {
        return session(folder.resolve(id)).map(s -> s);
    }

    @Override
    public Optional<Message> noResume(String id) {
        Optional<TrainingSession> here = session(folder.resolve(id)).filter(TrainingSession::underWay);
        Status status = here.map(TrainingSession::status).orElseGet(() -> run(id).standing().status());
        if (here.isPresent() && status == Status.PAUSED) {
            return Optional.empty();
        }
        return switch (status) {
            case RUNNING -> Optional.of(Message.of("train.resume.live"));
            case PAUSED -> Optional.of(Message.of("train.resume.elsewhere"));
            case FINISHED -> Optional.of(Message.of("train.resume.finished"));
            case STOPPED, FAILED, INTERRUPTED -> run(id).hasCheckpoint()
                    ? Optional.empty()
                    : Optional.of(Message.of("train.resume.none"));
        };
    }

    @Override
    public Optional<Message> noBranch(String id) {
        return run(id).hasCheckpoint() || session(folder.resolve(id)).filter(TrainingSession::underWay).isPresent()
                ? Optional.empty()
                : Optional.of(Message.of("train.resume.none"));
    }

    @Override
    public void delete(String id) throws EngineException {
        TrainingSession session = live.get(id);
        Status status = session != null ? session.status() : run(id).standing().status();
        if (status == Status.RUNNING || status == Status.PAUSED) {
            throw new EngineException("train.busy", folder.resolve(id));
        }
        live.remove(id);
        move(folder.resolve(id), deleted.resolve(id));
    }

    @Override
    public void undelete(String id) throws EngineException {
        move(deleted.resolve(id), folder.resolve(id));
    }

    private static void move(Path from, Path to) throws EngineException {
        try {
            Files.createDirectories(to.getParent());
            Files.move(from, to);
        } catch (IOException e) {
            throw new EngineException(e, "file.write", to, String.valueOf(e.getMessage()));
        }
    }

    /// Empties what programs deleted that have ended; another one that runs may still want its runs back.
    private static void purge(Path all) {
        if (!Files.isDirectory(all)) {
            return;
        }
        String own = Long.toString(ProcessHandle.current().pid());
        try (Stream<Path> programs = Files.list(all)) {
            for (Path program : programs.toList()) {
                String name = program.getFileName().toString();
                boolean runs = !name.equals(own) && name.matches("\\d{1,18}")
                        && ProcessHandle.of(Long.parseLong(name)).filter(ProcessHandle::isAlive).isPresent();
                if (!runs) {
                    empty(program);
                }
            }
            Files.deleteIfExists(all);
        } catch (IOException e) {
            // runs of another program lie there, or it is tried again at the next start
        }
    }

    private static void empty(Path old) throws IOException {
        try (Stream<Path> all = Files.walk(old)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public Path folder() {
        return folder;
    }
}
