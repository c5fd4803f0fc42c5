package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.diptych.engine.kernel.MultiwayKernel;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Conv2d;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Masks;

/// The transformer with what it reads: a picture, words, or a picture and then words.
final class Beit3Stack extends Module implements RunsInSegments {
    static final String TEXT = "text";
    static final String PICTURE = "vision";
    static final String BOTH = "joined";
    private static final float HIDDEN = -Float.MAX_VALUE;
    /// What the original adds where a caption must not look: not infinite, but enough.
    private static final float FORBIDDEN = -1e8f;

    private final Beit3Config config;
    private final Weight classRow;
    private final Weight maskRow;
    private final Conv2d patches;
    private final Embedding words;
    private final Embedding picturePlaces;
    private final Embedding textPlaces;
    private final Optional<Both<LayerNorm>> inputNorm;
    private final List<Beit3Layer> layers = new ArrayList<>();
    private final Optional<Both<LayerNorm>> norm;

    Beit3Stack(Beit3Config config) {
        this.config = config;
        int width = config.width();
        words = child("text_embed", new Embedding(config.vocabulary(), width));
        classRow = weight("vision_embed.cls_token", 1, 1, width);
        maskRow = weight("vision_embed.mask_token", 1, 1, width);
        patches = child("vision_embed.proj", new Conv2d(3, width, config.patch(), config.patch(), 0, true));
        picturePlaces = child("encoder.embed_positions.A",
                new Embedding(config.pictureLength() + (long) Beit3Config.FIRST_POSITION, width));
        textPlaces = child("encoder.embed_positions.B", new Embedding(config.positions(), width));
        inputNorm = config.inputNorm() ? Optional.of(norm("encoder.layernorm_embedding")) : Optional.empty();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(child("encoder.layers." + i, new Beit3Layer(config, i)));
        }
        norm = config.lastNorm() ? Optional.of(norm("encoder.layer_norm")) : Optional.empty();
    }

    private Both<LayerNorm> norm(String name) {
        return child(name, new Both<>(() -> new LayerNorm(config.width(), config.epsilon())));
    }

    /// What stands in a sequence.
    ///
    /// @param states  (B, T, D) before positions
    /// @param padding (B, T) 1 for padding, 0 for what is there
    /// @param split   positions from the first that are the picture's
    /// @param from    place of the first word in its text
    record Sequence(NDArray states, NDArray padding, int split, int from) {
        int length() {
            return (int) states.getShape().get(1);
        }

        String site() {
            return split == 0 ? TEXT : split < length() ? BOTH : PICTURE;
        }
    }

    /// @param pixels (B, 3, H, W)
    /// @param hidden (B, N) 1 for patches that the mask row stands in for; without it none
    Sequence picture(Pass pass, NDArray pixels, Optional<NDArray> hidden) {
        NDArray rows = patches.rows(pixels); // (B, N, D)
        long b = rows.getShape().get(0);
        if (hidden.isPresent()) {
            NDArray which = hidden.get().toType(DataType.FLOAT32, false).expandDims(-1); // (B, N, 1)
            rows = rows.mul(which.neg().add(1f)).add(which.mul(maskRow.get()));
        }
        NDArray first = rows.getManager().zeros(new Shape(b, 1, config.width())).add(classRow.get());
        NDArray all = NDArrays.concat(new NDList(first, rows), 1);
        pass.probe().value("vision_embed", all);
        return new Sequence(all, none(all), config.pictureLength(), 0);
    }

    /// @param ids     int64 (B, T)
    /// @param padding int64 (B, T) 1 for padding; without it all are words
    Sequence words(Pass pass, NDArray ids, Optional<NDArray> padding, int from) {
        NDArray all = words.apply(ids);
        pass.probe().value("text_embed", all);
        return new Sequence(all, padding.map(p -> p.toType(DataType.FLOAT32, false)).orElseGet(() -> none(all)), 0,
                from);
    }

    private static NDArray none(NDArray states) {
        return states.getManager().zeros(new Shape(states.getShape().get(0), states.getShape().get(1)));
    }

    static Sequence joined(Sequence picture, Sequence text) {
        return new Sequence(picture.states().concat(text.states(), 1), picture.padding().concat(text.padding(), 1),
                picture.length(), text.from());
    }

    /// Everything sees everything.
    ///
    /// @return (B, T, D)
    NDArray apply(Pass pass, Sequence sequence) {
        return apply(pass, sequence, Masks.padding(sequence.padding().neg().add(1f), HIDDEN), Optional.empty());
    }

    /// As a caption is written: the picture sees itself, each word sees the picture and the words up to itself.
    ///
    /// @param kept what was read before, which the sequence goes on from
    /// @return (B, T, D) of the sequence
    NDArray writing(Pass pass, Sequence sequence, Optional<Kept> kept) {
        int before = kept.map(Kept::length).orElse(0);
        int queries = sequence.length();
        int keys = before + queries;
        float[] values = new float[queries * keys];
        for (int q = 0; q < queries; q++) {
            int sees = Math.max(sequence.split(), before + q + 1);
            java.util.Arrays.fill(values, q * keys + sees, (q + 1) * keys, FORBIDDEN);
        }
        NDArray order = sequence.states().getManager().create(values, new Shape(1, 1, queries, keys));
        NDArray mask = before > 0 // a text that is gone on with has no padding
                ? order
                : order.add(Masks.padding(sequence.padding().neg().add(1f), HIDDEN));
        return apply(pass, sequence, mask, kept);
    }

    private NDArray apply(Pass pass, Sequence sequence, NDArray mask, Optional<Kept> kept) {
        int split = sequence.split();
        String site = kept.filter(k -> k.length() > 0).isPresent() ? BOTH : sequence.site();
        NDArray x = placed(sequence);
        if (inputNorm.isPresent()) {
            x = inputNorm.get().apply(x, split, LayerNorm::apply);
        }
        x = Dropout.apply(pass, x, config.rates().added());
        x = x.mul(sequence.padding().neg().add(1f).expandDims(-1));
        pass.probe().value("encoder_in", x);
        pass.probe().ran(site, 1);
        pass.probe().hidden(site, 0, x);
        IntFunction<Beit3Layer.Place> places = i -> new Beit3Layer.Place(split, mask, kept, site, i);
        x = pass.cuts()
                ? pass.segments(layers, x, List.of(), (in, layer) -> run(pass, in.head(), places, layer, layer + 1))
                : run(pass, x, places, 0, layers.size());
        if (norm.isPresent()) {
            x = norm.get().apply(x, split, LayerNorm::apply);
            pass.probe().value("encoder_norm", x);
        }
        pass.probe().value("encoder_out", x);
        return x;
    }

    private NDArray run(Pass pass, NDArray x, IntFunction<Beit3Layer.Place> places, int from, int to) {
        Beit3Layer.Place first = places.apply(from);
        if (first.kept().isEmpty() && mayFuse(pass)) {
            return fused(x, first.split(), first.mask(), layers.subList(from, to));
        }
        NDArray h = x;
        for (int i = from; i < to; i++) {
            h = layers.get(i).apply(pass, h, places.apply(i));
            pass.probe().hidden(first.site(), i + 1, h);
        }
        return h;
    }

    private boolean mayFuse(Pass pass) {
        return pass.mayFuse() && !(pass.training() && config.rates().any())
                && layers.stream().noneMatch(Beit3Layer::adapted);
    }

    private NDArray fused(NDArray x, int split, NDArray mask, List<Beit3Layer> part) {
        List<NDArray> tensors = new ArrayList<>();
        for (Beit3Layer layer : part) {
            if (split > 0) {
                tensors.addAll(layer.tensors(false));
            }
            if (split < x.getShape().get(1)) {
                tensors.addAll(layer.tensors(true));
            }
        }
        return new MultiwayKernel(part.size(), config.width(), config.mlp(), config.heads(), config.epsilon(),
                config.activation(), config.preNorm(), config.subNorm()).apply(x, split, tensors, mask);
    }

    /// Each side counts its own places; both tables begin to be read at their third row.
    private NDArray placed(Sequence sequence) {
        NDArray states = sequence.states();
        NDArray x = config.scaled() ? Scalars.times(states, Math.sqrt(config.width())) : states;
        int split = sequence.split();
        int read = sequence.length() - split;
        if (split == 0) {
            return x.add(rows(textPlaces, states, sequence.from(), read));
        }
        NDArray seen = rows(picturePlaces, states, 0, split);
        return x.add(read == 0 ? seen : seen.concat(rows(textPlaces, states, sequence.from(), read), 1));
    }

    /// @return (1, count, D)
    private static NDArray rows(Embedding table, NDArray near, int from, int count) {
        int first = Beit3Config.FIRST_POSITION + from;
        return table.apply(near.getManager().arange(first, first + count).toType(DataType.INT64, false)
                .expandDims(0));
    }
}
