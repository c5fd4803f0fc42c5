package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.kernel.StackedKernel;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Conv2d;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.StackedAttention;

/// EVA-CLIP's picture tower without its last norm (Fang et al. 2023; LAVIS `eva_vit.py`): pre-norm layers whose keys have no bias.
final class EvaTower extends Module implements RunsInSegments {
    static final String STREAM = "vision";

    private final Blip2Config.Vision facts;
    private final Weight classRow;
    private final Weight positions;
    private final Conv2d patches;
    private final List<Block> blocks = new ArrayList<>();

    private static final class Block extends Module {
        private final Blip2Config.Vision facts;
        private final LayerNorm norm1;
        private final StackedAttention attention;
        private final LayerNorm norm2;
        private final Linear fc1;
        private final Linear fc2;

        Block(Blip2Config.Vision facts) {
            this.facts = facts;
            norm1 = child("norm1", new LayerNorm(facts.width(), facts.epsilon()));
            attention = child("attn", new StackedAttention(facts.width(), facts.heads(), facts.biased()));
            norm2 = child("norm2", new LayerNorm(facts.width(), facts.epsilon()));
            fc1 = child("mlp.fc1", new Linear(facts.width(), facts.mlp()));
            fc2 = child("mlp.fc2", new Linear(facts.mlp(), facts.width()));
        }

        boolean adapted() {
            return attention.adapted() || fc1.adapted() || fc2.adapted();
        }

        /// @return in the order of [StackedKernel]
        Stream<NDArray> tensors() {
            List<NDArray> rest = List.of(norm2.weight(), norm2.bias(), fc1.weight(), fc1.bias(), fc2.weight(),
                    fc2.bias());
            return Stream.of(List.of(norm1.weight(), norm1.bias()), attention.tensors(), rest, attention.biases())
                    .flatMap(List::stream);
        }

        NDArray apply(Pass pass, NDArray x, int layer) {
            NDArray y = x.add(attention.apply(pass, norm1.apply(x), Optional.empty(), STREAM, layer));
            return y.add(fc2.apply(facts.activation().apply(fc1.apply(norm2.apply(y)))));
        }
    }

    EvaTower(Blip2Config.Vision facts) {
        this.facts = facts;
        classRow = weight("cls_token", 1, 1, facts.width());
        positions = weight("pos_embed", 1, (long) facts.grid() * facts.grid() + 1, facts.width());
        patches = child("patch_embed.proj", new Conv2d(3, facts.width(), facts.patch(), facts.patch(), 0, true));
        for (int i = 0; i < facts.layers(); i++) {
            blocks.add(child("blocks." + i, new Block(facts)));
        }
    }

    /// @param pixels (B, 3, H, W)
    /// @return (B, 1 + N, D)
    NDArray apply(Pass pass, NDArray pixels) {
        pass.probe().ran(STREAM, 1);
        NDArray rows = patches.rows(pixels); // (B, N, D)
        NDArray first = rows.getManager().zeros(new Shape(rows.getShape().get(0), 1, facts.width()))
                .add(classRow.get());
        NDArray x = NDArrays.concat(new NDList(first, rows), 1).add(positions.get());
        pass.probe().value(STREAM + ".embeddings", x);
        pass.probe().hidden(STREAM, 0, x);
        return pass.cuts()
                ? pass.segments(blocks, x, List.of(), (in, layer) -> run(pass, in.head(), layer, layer + 1))
                : run(pass, x, 0, blocks.size());
    }

    private NDArray run(Pass pass, NDArray x, int from, int to) {
        if (pass.mayFuse() && blocks.stream().noneMatch(Block::adapted)) {
            return new StackedKernel(Collections.nCopies(to - from, false), facts.width(), facts.heads(),
                    facts.epsilon(), facts.activation(), facts.biased(), false).apply(x, 0,
                            blocks.subList(from, to).stream().flatMap(Block::tensors).toList(), Optional.empty(),
                            Optional.empty());
        }
        NDArray h = x;
        for (int i = from; i < to; i++) {
            h = blocks.get(i).apply(pass, h, i);
            pass.probe().hidden(STREAM, i + 1, h);
        }
        return h;
    }
}
