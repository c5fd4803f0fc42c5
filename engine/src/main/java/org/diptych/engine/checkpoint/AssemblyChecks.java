package org.diptych.engine.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.diptych.engine.api.AssemblyPreview.Check;
import org.diptych.engine.api.AssemblyPreview.Verdict;
import org.diptych.engine.api.Message;

/// Where the parts of a LLaVA meet, and whether they agree there.
final class AssemblyChecks {
    private static final String TEXTS = "checkpoint.assemble.check.";

    private final AssemblyParts parts;
    private final List<Check> checks = new ArrayList<>();

    AssemblyChecks(AssemblyParts parts) {
        this.parts = parts;
    }

    List<Check> all() {
        projector();
        grid();
        context();
        words();
        tokenizer();
        return checks;
    }

    private static Optional<Message> left(String name, Object... values) {
        return Optional.of(Message.of(TEXTS + name + ".left", values));
    }

    private static Optional<Message> right(String name, Object... values) {
        return Optional.of(Message.of(TEXTS + name + ".right", values));
    }

    /// @param fault of values that differ
    private void check(String name, Optional<Message> left, Optional<Message> right, boolean agrees,
            Optional<Message> fault) {
        Verdict verdict = left.isEmpty() || right.isEmpty()
                ? Verdict.OPEN
                : agrees ? Verdict.AGREES : fault.isPresent() ? Verdict.DIFFERS : Verdict.WARNS;
        checks.add(new Check(Message.of(TEXTS + name), left, right, verdict,
                verdict == Verdict.DIFFERS ? fault : Optional.empty()));
    }

    private void projector() {
        List<long[]> shapes = parts.shapes();
        Optional<Long> from = parts.towerWidth();
        Optional<Long> to = parts.languageWidth();
        boolean known = !shapes.isEmpty();
        check("in", from.flatMap(w -> left("in", w)), known ? right("in", shapes.getFirst()[1]) : Optional.empty(),
                known && from.isPresent() && from.get() == shapes.getFirst()[1], width(0));
        for (int i = 1; i < shapes.size(); i++) {
            check("between", left("between", i, shapes.get(i - 1)[0]), right("between", i + 1, shapes.get(i)[1]),
                    shapes.get(i - 1)[0] == shapes.get(i)[1], width(i));
        }
        check("out", known ? left("out", shapes.getLast()[0]) : Optional.empty(), to.flatMap(w -> right("out", w)),
                known && to.isPresent() && to.get() == shapes.getLast()[0], width(Math.max(0, shapes.size() - 1)));
    }

    /// @return what is told of a layer of a trained projector that does not lead from the one model to the other; a fresh one always does
    private Optional<Message> width(int layer) {
        List<long[]> shapes = parts.shapes();
        Optional<Path> file = parts.given().projector().trained();
        if (file.isEmpty() || shapes.isEmpty()) {
            return Optional.empty();
        }
        long from = parts.towerWidth().orElse(shapes.getFirst()[1]);
        long to = parts.languageWidth().orElse(shapes.getLast()[0]);
        return Optional.of(Message.of("checkpoint.assemble.width", file.get(), text(shapes.get(layer)),
                text(new long[]{to, layer == 0 ? from : to}), from, to));
    }

    private static String text(long[] shape) {
        return Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", ", "(", ")"));
    }

    private static long side(long positions) {
        return Math.round(Math.sqrt(Math.max(0, positions)));
    }

    /// Weights count where a configuration says otherwise, as the loader has it too.
    private void grid() {
        Optional<Long> positions = parts.positions();
        if (positions.isEmpty()) {
            check("grid", Optional.empty(), Optional.empty(), false, Optional.empty());
            return;
        }
        long side = side(positions.get());
        long patch = parts.patch().orElseThrow();
        boolean square = side > 0 && side * side == positions.get();
        long size = parts.imageSize().orElse(side * patch);
        check("grid", left("grid", size, patch, size / Math.max(1, patch)), right("grid", positions.get(), side),
                square && size / Math.max(1, patch) == side,
                square
                        ? Optional.empty()
                        : Optional.of(Message.of("checkpoint.assemble.grid", parts.given().vision().orElseThrow(),
                                positions.get())));
    }

    private void context() {
        Optional<Long> tokens = parts.positions();
        Optional<Long> context = parts.rows().map(r -> parts.context());
        check("context", tokens.flatMap(t -> left("context", t)), context.flatMap(c -> right("context", c)),
                tokens.isPresent() && context.isPresent() && tokens.get() < context.get(),
                Optional.of(Message.of("checkpoint.assemble.context", tokens.orElse(0L), context.orElse(0L))));
    }

    private void words() {
        Optional<Long> rows = parts.rows();
        Optional<Message> head = rows.flatMap(r -> parts.headRows().isPresent()
                ? right("words", parts.headRows().get())
                : Optional.of(Message.of(TEXTS + "words.tied")));
        boolean same = rows.isPresent() && parts.headRows().orElse(rows.get()).equals(rows.get());
        check("words", rows.flatMap(r -> left("words", r)), head, same,
                rows.map(r -> Message.of("checkpoint.assemble.words", parts.given().language().orElseThrow(), r,
                        parts.headRows().orElse(r))));
        check("image", rows.flatMap(r -> left("image", r, r + 1)),
                rows.flatMap(r -> right("image", AssemblyParts.grown(r))), true, Optional.empty());
    }

    private void tokenizer() {
        Optional<Path> file = parts.tokenizer();
        check("tokenizer", parts.given().language().isEmpty()
                ? Optional.empty()
                : file.isPresent()
                        ? left("tokenizer", file.get().getFileName().toString())
                        : Optional.of(Message.of(TEXTS + "tokenizer.none")),
                right("tokenizer"), file.isPresent(),
                parts.given().language()
                        .map(l -> Message.of("checkpoint.assemble.tokenizer", AssemblyParts.folder(l))));
    }
}
