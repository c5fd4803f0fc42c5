package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Writing;

/// Captions that are filled in from left to right: behind what stands there comes the mask, its word is read and takes its place (microsoft/unilm
/// `beit3/engine_for_finetuning.py`, `CaptioningHandler`). What is kept for the next step is everything but the mask.
final class Captions implements Writing {
    private final Beit3Model model;
    private final Pass pass;
    private final Begun begun;
    private final Optional<NDArray> pixels;
    private final NDManager scope;
    private final boolean cached;
    private NDManager step;
    private Kept kept = new Kept();
    private List<long[]> texts;
    private NDArray logits;

    /// @param pixels  (B, 3, H, W); without it a text is gone on with alone
    /// @param prompts B rows of equal length
    /// @param rows    texts a sample
    Captions(Beit3Model model, Pass pass, Optional<NDArray> pixels, long[][] prompts, int rows, boolean cached,
            NDManager scope) {
        this.model = model;
        this.pass = pass;
        this.cached = cached;
        this.scope = scope.newSubManager();
        texts = new ArrayList<>();
        for (long[] prompt : prompts) {
            for (int i = 0; i < rows; i++) {
                texts.add(prompt);
            }
        }
        int room = Math.max(0, model.ends().length() - prompts[0].length - 1); // one place is the mask's
        begun = new Begun(texts.toArray(long[][]::new), 0, 0, new long[0], new long[]{model.mask()}, room);
        step = this.scope.newSubManager();
        this.pixels = pixels.map(p -> {
            NDArray repeated = p.repeat(0, rows);
            repeated.attach(this.scope);
            return repeated;
        });
        read(0);
    }

    /// Runs what is not kept, and the mask behind it.
    ///
    /// @param from first id of each text that is not kept
    private void read(int from) {
        int length = texts.getFirst().length - from + 1;
        long[] ids = new long[texts.size() * length];
        for (int r = 0; r < texts.size(); r++) {
            System.arraycopy(texts.get(r), from, ids, r * length, length - 1);
            ids[(r + 1) * length - 1] = model.mask();
        }
        Beit3Stack stack = model.stack();
        Beit3Stack.Sequence words = stack.words(pass, Staging.longs(step, ids, new Shape(texts.size(), length)),
                Optional.empty(), from);
        Beit3Stack.Sequence all = from == 0 && pixels.isPresent()
                ? Beit3Stack.joined(stack.picture(pass, step.zeros(new Shape(1)).add(pixels.get()), Optional.empty()),
                        words)
                : words;
        NDArray states = stack.writing(pass, all, cached ? Optional.of(kept) : Optional.empty());
        logits = model.wordsOf(states.get(new NDIndex(":, -1")));
    }

    @Override
    public Begun begun() {
        return begun;
    }

    @Override
    public NDArray logits() {
        return logits;
    }

    @Override
    public void append(int[] parents, long[] tokens) {
        List<long[]> longer = new ArrayList<>();
        for (int r = 0; r < parents.length; r++) {
            long[] parent = texts.get(parents[r]);
            long[] text = Arrays.copyOf(parent, parent.length + 1);
            text[parent.length] = tokens[r];
            longer.add(text);
        }
        texts = longer;
        NDManager before = step;
        step = scope.newSubManager();
        if (cached) {
            NDArray rows = Staging.longs(step, Arrays.stream(parents).asLongStream().toArray(),
                    new Shape(parents.length));
            kept.goOn(rows, step);
            read(longer.getFirst().length - 1);
        } else {
            read(0);
        }
        before.close();
    }

    @Override
    public void close() {
        scope.close();
    }
}
