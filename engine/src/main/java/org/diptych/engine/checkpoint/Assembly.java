package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleResult;
import org.diptych.engine.api.AssemblyPreview;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.kernel.Brain;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// A picture tower and a chat model become one LLaVA folder, as one builds it by hand (Liu et al. 2023, section 4): both stay as they are, and between them
/// comes a projector, a given one or a fresh one that knows nothing yet. Tensors go from file to file a piece at a time, so that a large model takes little memory and others get their turn.
public final class Assembly implements EngineLane.Steps<AssembleResult> {
    private static final double DEVIATION = 0.02;
    private static final long PIECE = 64L << 20;
    private static final int MEGA = 1_000_000;
    private static final int ZEROS = 1 << 16;
    private static final String WEIGHTS = "model.safetensors";

    private final AssembleRequest request;
    private final SplittableRandom random;
    private final List<Path> made = new ArrayList<>();
    private Optional<Work> work = Optional.empty();
    private int next;
    private long written;

    /// What is under way.
    private record Work(AssemblyParts parts, List<AssemblyParts.Piece> pieces, SafeFile.Draft draft)
            implements
                AutoCloseable {
        @Override
        public void close() {
            parts.close();
            draft.close();
        }
    }

    public Assembly(AssembleRequest request) {
        this.request = request;
        random = new SplittableRandom(request.seed());
    }

    /// Says what would be made, from headers alone.
    ///
    /// @throws EngineException when one of the files is no checkpoint, or lacks what it is taken for; what does not fit is told in the preview
    public static AssemblyPreview preview(AssembleRequest.Parts parts) throws EngineException {
        try (AssemblyParts open = new AssemblyParts(parts)) {
            return open.preview();
        }
    }

    /// @throws EngineException when a part is missing or the parts do not fit, or the folder cannot be written; nothing is left there then
    @Override
    public Optional<AssembleResult> step(JobContext context) throws EngineException {
        try {
            context.checkCancelled();
            if (work.isEmpty()) {
                work = Optional.of(begin());
                return Optional.empty();
            }
            Work now = work.get();
            if (next < now.pieces.size()) {
                copy(now, context);
                return Optional.empty();
            }
            AssembleResult result = end(now);
            now.close();
            return Optional.of(result);
        } catch (EngineException | RuntimeException | Error e) {
            undo();
            throw e;
        }
    }

    private Work begin() throws EngineException {
        AssemblyParts parts = new AssemblyParts(request.parts());
        try {
            for (Path source : List.of(request.vision(), request.language())) {
                if (same(AssemblyParts.folder(source), request.out())) {
                    throw new EngineException("checkpoint.assemble.place", request.out());
                }
            }
            Optional<Message> fault = parts.preview().fault();
            if (fault.isPresent()) {
                throw new EngineException(fault.get().key(), fault.get().args().toArray());
            }
            for (Path up = request.out().toAbsolutePath(); Files.notExists(up); up = up.getParent()) {
                made.add(up);
            }
            return new Work(parts, parts.pieces(), SafeFile.draft(request.out().resolve(WEIGHTS)));
        } catch (EngineException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private static boolean same(Path one, Path other) throws EngineException {
        try {
            return Files.exists(other) && Files.isSameFile(one, other);
        } catch (IOException e) {
            throw new EngineException(e, "checkpoint.unreadable", other, SafeFile.reason(e));
        }
    }

    private void copy(Work now, JobContext context) throws EngineException {
        long total = now.pieces.stream().mapToLong(p -> p.made().bytes()).sum();
        context.progress(Message.of("checkpoint.assemble.phase"), written / MEGA, Math.max(1, total / MEGA));
        if (next == 0) {
            now.draft.add(channel -> SafetensorsWriter.writeAll(channel,
                    SafetensorsWriter.header(now.parts.entries(), AssemblyParts.METADATA)));
        }
        for (long here = 0; here < PIECE && next < now.pieces.size(); next++) {
            context.checkCancelled();
            AssemblyParts.Piece piece = now.pieces.get(next);
            try (NDManager scope = context.scope().newSubManager()) {
                NDArray tensor = tensor(piece, scope);
                now.draft.add(channel -> {
                    SafetensorsWriter.put(channel, tensor);
                    for (long left = piece.zeros(); left > 0; left -= ZEROS) {
                        SafetensorsWriter.writeAll(channel, ByteBuffer.allocate((int) Math.min(left, ZEROS)));
                    }
                });
            }
            here += piece.made().bytes();
            written += piece.made().bytes();
        }
    }

    /// @return as the file will have it, but for the rows that are added
    private NDArray tensor(AssemblyParts.Piece piece, NDManager scope) throws EngineException {
        if (piece.from().isEmpty()) {
            return fresh(piece, scope);
        }
        Optional<NDArray> half = piece.from().get().half(piece.source(), scope);
        if (half.isPresent()) {
            return half.get();
        }
        NDArray wide = piece.from().get().read(piece.source(), scope);
        return switch (piece.made().type()) { // half formats whose numbers lie apart come widened
            case F16 -> wide.toType(DataType.FLOAT16, false);
            case BF16 -> Brain.rounded(wide);
            default -> wide;
        };
    }

    private NDArray fresh(AssemblyParts.Piece piece, NDManager scope) {
        Shape shape = new Shape(piece.made().shape());
        if (shape.dimension() == 1) {
            return scope.zeros(shape, DataType.FLOAT32);
        }
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * DEVIATION);
        }
        return scope.create(values, shape);
    }

    private AssembleResult end(Work now) throws EngineException {
        AssemblyParts parts = now.parts;
        put("config.json", parts.config().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        for (Path source : parts.beside()) {
            try {
                put(source.getFileName().toString(), Files.readAllBytes(source));
            } catch (IOException e) {
                throw new EngineException(e, "checkpoint.unreadable", source, SafeFile.reason(e));
            }
        }
        now.draft.commit(); // last, since a folder without weights is no checkpoint
        List<AssembleResult.Fit> fits = now.pieces.stream()
                .filter(p -> p.name().startsWith(AssemblyParts.PROJECTOR) && p.name().endsWith(".weight")
                        || p.source().equals(AssemblyParts.WORDS))
                .map(p -> new AssembleResult.Fit(p.name(),
                        list(p.from().map(r -> r.entry(p.source()).shape()).orElse(p.made().shape())),
                        list(p.made().shape())))
                .toList();
        return new AssembleResult(request.out(), parts.towerWidth().orElseThrow().intValue(),
                parts.languageWidth().orElseThrow().intValue(), parts.parameters(), fits);
    }

    private static List<Long> list(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    private void put(String name, byte[] content) throws EngineException {
        Path file = request.out().resolve(name);
        if (Files.notExists(file)) {
            made.addFirst(file);
        }
        SafeFile.write(file, content);
    }

    /// Takes away what was made so far, folders as far as nothing else lies in them.
    private void undo() {
        work.ifPresent(Work::close);
        for (Path path : made) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                return; // something else lies there by now, or the fault that is being told keeps it there
            }
        }
    }
}
