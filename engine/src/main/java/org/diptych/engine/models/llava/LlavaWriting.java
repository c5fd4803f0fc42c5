package org.diptych.engine.models.llava;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Writing;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.LlamaCache;

/// Texts being written: the prompt is read once, each further word costs one position, or, without the cache, everything anew.
final class LlavaWriting implements Writing {
    private final LlavaModel model;
    private final Pass pass;
    private final int rows;
    private final long[][] prompts;
    private final Splice splice;
    private final NDManager manager;
    private final Optional<LlamaCache> cache;
    private final NDArray beginning;
    private List<long[]> fresh;
    private NDManager step;
    private NDArray logits;

    LlavaWriting(LlavaModel model, Pass pass, Inputs inputs, int rows, boolean cached) {
        this.model = model;
        this.pass = pass;
        this.rows = rows;
        LlavaModel.Prompt prompt = model.prompt(inputs);
        prompts = prompt.ids();
        splice = model.forWriting(prompt, inputs);
        manager = inputs.get("input_ids").getManager().newSubManager();
        cache = cached ? Optional.of(new LlamaCache(manager)) : Optional.empty();
        step = manager.newSubManager();
        int[] parents = IntStream.range(0, prompts.length * rows).map(r -> r / rows).toArray();
        fresh = Arrays.stream(parents).mapToObj(_ -> new long[0]).toList();
        beginning = model.embedded(prompt, splice, model.features(pass, inputs));
        beginning.attach(manager);
        logits = picked(last(model.states(pass, splice, beginning, cache)), parents);
        logits.attach(step);
        if (rows > 1) {
            cache.ifPresent(c -> c.reorder(parents));
        }
    }

    /// @return (B, V) of the last place
    private NDArray last(NDArray states) {
        return model.language().logits(states.get(new NDIndex(":, -1")));
    }

    private NDArray picked(NDArray each, int[] parents) {
        return parents.length == each.getShape().get(0)
                ? each
                : Rows.at(each, Staging.longs(each.getManager(),
                        Arrays.stream(parents).asLongStream().toArray(), new Shape(parents.length)));
    }

    @Override
    public Begun begun() {
        long[][] ids = Arrays.stream(prompts).flatMap(p -> IntStream.range(0, rows).mapToObj(_ -> p))
                .toArray(long[][]::new);
        return Begun.of(ids, Math.max(0, model.facts().positions() - splice.length()));
    }

    @Override
    public NDArray logits() {
        return logits;
    }

    @Override
    public void append(int[] parents, long[] tokens) {
        fresh = List.of(Writing.behind(fresh.toArray(long[][]::new), parents, tokens));
        step.close();
        step = manager.newSubManager();
        if (cache.isEmpty()) {
            logits = last(anew());
            return;
        }
        if (!Arrays.equals(parents, IntStream.range(0, parents.length).toArray())) {
            cache.get().reorder(parents);
        }
        int written = fresh.getFirst().length;
        NDArray x = model.language().embed(Staging.longs(step, tokens, new Shape(tokens.length, 1))); // (R, 1, D)
        long[][] positions = new long[tokens.length][];
        for (int r = 0; r < tokens.length; r++) {
            positions[r] = new long[]{Arrays.stream(splice.attended()[r / rows]).sum() + written - 1};
        }
        logits = last(model.language().apply(pass, x, positions, padding(written), cache));
    }

    /// @return (R, 1, 1, S) what a new word does not see, nothing when no prompt is padded
    private Optional<NDArray> padding(int written) {
        if (Arrays.stream(splice.attended()).flatMapToLong(Arrays::stream).allMatch(a -> a == 1)) {
            return Optional.empty();
        }
        int s = splice.length() + written;
        float[] values = new float[fresh.size() * s];
        for (int r = 0; r < fresh.size(); r++) {
            for (int j = 0; j < splice.length(); j++) {
                values[r * s + j] = splice.attended()[r / rows][j] == 0 ? -Float.MAX_VALUE : 0;
            }
        }
        return Optional.of(Staging.floats(step, values, new Shape(fresh.size(), 1, 1, s)));
    }

    /// Everything once more: the prompt and all that was written.
    private NDArray anew() {
        int n = fresh.size();
        int written = fresh.getFirst().length;
        int s = splice.length() + written;
        long[][] positions = new long[n][s];
        long[][] attended = new long[n][s];
        for (int r = 0; r < n; r++) {
            System.arraycopy(splice.positions()[r / rows], 0, positions[r], 0, splice.length());
            System.arraycopy(splice.attended()[r / rows], 0, attended[r], 0, splice.length());
            for (int i = 0; i < written; i++) {
                positions[r][splice.length() + i] = positions[r][splice.length() - 1] + 1 + i;
                attended[r][splice.length() + i] = 1;
            }
        }
        long[] ids = fresh.stream().flatMapToLong(Arrays::stream).toArray();
        NDArray words = model.language().embed(Staging.longs(step, ids, new Shape(n, written))); // (R, W, D)
        int[] parents = IntStream.range(0, n).map(r -> r / rows).toArray();
        NDArray index = Staging.longs(step, Arrays.stream(parents).asLongStream().toArray(), new Shape(n));
        Shape shape = beginning.getShape();
        NDArray start = Rows.at(beginning.reshape(shape.get(0), -1), index).reshape(n, shape.get(1), shape.get(2));
        NDArray all = NDArrays.concat(new NDList(start, words), 1);
        all.attach(step);
        return model.states(pass, new Splice(new long[n][s], positions, attended, new long[n][s]), all,
                Optional.empty());
    }

    @Override
    public void close() {
        manager.close();
    }
}
