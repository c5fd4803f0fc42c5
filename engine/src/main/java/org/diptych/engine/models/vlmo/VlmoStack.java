package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.StackedKernel;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Conv2d;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.WordEmbeddings;

/// The transformer with what it reads: words, a picture, or both in one sequence, words first.
final class VlmoStack extends Module {
    static final String TEXT = "text";
    static final String PICTURE = "vision";
    static final String BOTH = "joined";
    /// Behind a tower's name: its second ending, through the experts for pairs.
    static final String BRANCH = ".pair";
    private static final float HIDDEN = -Float.MAX_VALUE;
    private static final double TEXT_EPSILON = 1e-12;

    private final VlmoConfig config;
    private final RelativePlaces places;
    private final Optional<Weight> biases;
    private final Weight classRow;
    private final Optional<Weight> positions;
    private final Conv2d patches;
    private final List<VlmoBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private final WordEmbeddings words;
    private final Embedding modalities;

    VlmoStack(VlmoConfig config) {
        this.config = config;
        int width = config.width();
        places = new RelativePlaces(config.grid(), config.textBias());
        biases = config.absolute()
                ? Optional.empty()
                : Optional.of(weight("relative_position_bias_table", config.biases(),
                        (long) config.heads() * config.layers()));
        classRow = weight("transformer.cls_token", 1, 1, width);
        positions = config.absolute()
                ? Optional.of(weight("transformer.pos_embed", 1, 1L + config.grid() * config.grid(), width))
                : Optional.empty();
        patches = child("transformer.patch_embed.proj", new Conv2d(3, width, config.patch(), config.patch(), 0, true));
        for (int i = 0; i < config.layers(); i++) {
            blocks.add(child("transformer.blocks." + i, new VlmoBlock(config, i)));
        }
        norm = child("transformer.norm", new LayerNorm(width, config.epsilon()));
        words = child("text_embeddings", new WordEmbeddings(new WordEmbeddings.Facts(config.vocabulary(),
                config.positions(), config.types(), width, TEXT_EPSILON, config.dropPath())));
        modalities = child("token_type_embeddings", new Embedding(config.modalities(), width));
    }

    /// A sequence on its way into the transformer.
    ///
    /// @param states   (B, T, D)
    /// @param attended int64 (B, T) 1 for what is there
    /// @param words    how many of the T are words
    record Sequence(NDArray states, NDArray attended, int words) {
        int length() {
            return (int) states.getShape().get(1);
        }
    }

    RelativePlaces places() {
        return places;
    }

    /// @param ids      int64 (B, T)
    /// @param attended int64 (B, T) 1 for a word, 0 for padding
    Sequence words(Pass pass, NDArray ids, NDArray attended) {
        NDArray sum = config.absolute()
                ? words.sum(ids, WordEmbeddings.places(ids), Optional.empty())
                : words.unplaced(ids, Optional.empty());
        NDArray x = words.normed(pass, sum);
        pass.probe().value("text_embeddings", x);
        return new Sequence(x.add(modality(ids, 0)), attended, (int) ids.getShape().get(1));
    }

    /// @param pixels (B, 3, H, W)
    /// @param kind   row of the modality table: 1, or 2 for the second of two pictures
    Sequence picture(NDArray pixels, int kind) {
        NDArray rows = patches.rows(pixels); // (B, N, D)
        long b = rows.getShape().get(0);
        NDArray first = rows.getManager().zeros(new Shape(b, 1, rows.getShape().get(2))).add(classRow.get());
        NDArray all = NDArrays.concat(new NDList(first, rows), 1);
        NDArray placed = positions.isPresent() ? all.add(positions.get().get()) : all;
        NDArray there = rows.getManager().ones(new Shape(b, all.getShape().get(1)), DataType.INT64);
        return new Sequence(placed.add(modality(pixels, kind)), there, 0);
    }

    private NDArray modality(NDArray near, int kind) {
        return modalities.apply(Staging.longs(near.getManager(), new long[]{kind}, new Shape(1))); // (1, D)
    }

    /// @return (B, T + 1 + N, D) normed: one sequence, in whose lower layers each side has its own expert
    NDArray both(Pass pass, Sequence text, Sequence picture) {
        Sequence joined = new Sequence(text.states().concat(picture.states(), 1),
                text.attended().concat(picture.attended(), 1), text.words());
        NDArray x = run(pass, joined, new Route(joined.words(), joined.length(), config.pairFrom()), BOTH, 0,
                blocks.size());
        return normed(pass, x);
    }

    /// The two endings of a tower.
    ///
    /// @param own    (B, T, D) normed, through its own experts to the top
    /// @param branch (B, T, D) normed, through the experts for pairs from the first layer that has them
    record Endings(NDArray own, Optional<NDArray> branch) {
    }

    /// One side alone.
    ///
    /// @param branches true to run the second ending too
    Endings alone(Pass pass, Sequence side, boolean branches) {
        String site = side.words() > 0 ? TEXT : PICTURE;
        int fork = Math.min(config.pairFrom(), blocks.size());
        Route own = Route.alone(side.words(), side.length());
        NDArray before = run(pass, side, own, site, 0, fork);
        Sequence middle = new Sequence(before, side.attended(), side.words());
        NDArray last = normed(pass, run(pass, middle, own, site, fork, blocks.size()));
        if (!branches) {
            return new Endings(last, Optional.empty());
        }
        Route other = new Route(side.words(), side.length(), fork);
        return new Endings(last,
                Optional.of(normed(pass, run(pass, middle, other, site + BRANCH, fork, blocks.size()))));
    }

    private NDArray run(Pass pass, Sequence sequence, Route route, String site, int from, int to) {
        NDArray x = sequence.states();
        NDArray hidden = Masks.padding(sequence.attended(), HIDDEN); // (B, 1, 1, T)
        Optional<Biases> relative = biases.filter(_ -> from < to).map(table -> biases(table, sequence));
        pass.probe().ran(site, (double) (to - from) / blocks.size());
        if (from == 0) {
            pass.probe().hidden(site, 0, x);
        }
        Way way = new Way(route, hidden, site);
        return pass.cuts() ? cut(pass, x, relative, way, from, to) : run(pass, x, relative, way, from, to);
    }

    /// What a sequence has on all its way beside its states.
    ///
    /// @param hidden (B, 1, 1, T) added to the scores
    private record Way(Route route, NDArray hidden, String site) {
    }

    private NDArray cut(Pass pass, NDArray x, Optional<Biases> relative, Way way, int from, int to) {
        return pass.segments(blocks.subList(from, to), x, relative.map(Biases::table).stream().toList(),
                (in, i) -> run(pass, in.head(), relative.map(r -> new Biases(r.places(), in.get(1))), way, from + i,
                        from + i + 1));
    }

    private NDArray run(Pass pass, NDArray x, Optional<Biases> relative, Way way, int from, int to) {
        if (from < to && mayFuse(pass)) {
            return fused(x, relative, way, from, to);
        }
        NDArray h = x;
        for (int i = from; i < to; i++) {
            int layer = i;
            NDArray mask = relative.map(r -> r.of(layer, config.heads()).add(way.hidden())).orElse(way.hidden());
            h = blocks.get(i).apply(pass, h, Optional.of(mask), way.route(), way.site(), i);
            pass.probe().hidden(way.site(), i + 1, h);
        }
        return h;
    }

    private boolean mayFuse(Pass pass) {
        return pass.mayFuse() && !(pass.training() && config.dropPath() > 0)
                && blocks.stream().noneMatch(VlmoBlock::adapted);
    }

    private NDArray fused(NDArray x, Optional<Biases> relative, Way way, int from, int to) {
        Route route = way.route();
        List<NDArray> tensors = new ArrayList<>();
        List<Boolean> parted = new ArrayList<>();
        for (int i = from; i < to; i++) {
            parted.add(route.parts(i));
            tensors.addAll(blocks.get(i).tensors(route, i));
        }
        return new StackedKernel(List.copyOf(parted), config.width(), config.heads(), config.epsilon(),
                Activations.GELU, config.biased(), config.scale() > 0).apply(x, route.words(), tensors,
                        relative.map(r -> new StackedKernel.Relative(r.places(),
                                r.columns(from * config.heads(), to * config.heads()))),
                        Optional.of(way.hidden()));
    }

    private NDArray normed(Pass pass, NDArray x) {
        NDArray out = norm.apply(x);
        pass.probe().value("norm", out);
        return out;
    }

    /// One table for all layers; each reads the columns of its own heads.
    ///
    /// @param places int64 (T, T)
    /// @param table  (R, heads * layers)
    private record Biases(NDArray places, NDArray table) {
        /// @return (1, heads, T, T)
        NDArray of(int layer, int heads) {
            NDArray own = columns(layer * heads, (layer + 1) * heads);
            return places.getNDArrayInternal().embedding(places, own, SparseFormat.DENSE).singletonOrThrow()
                    .transpose(2, 0, 1).expandDims(0);
        }

        private NDArray columns(int from, int to) {
            return table.get(new NDIndex(":, {}:{}", from, to));
        }
    }

    private Biases biases(Weight table, Sequence sequence) {
        NDArray near = sequence.states();
        return new Biases(places.of(near.getManager(), sequence.words(), sequence.length() > sequence.words()),
                near.getManager().zeros(table.shape()).add(table.get()));
    }
}
