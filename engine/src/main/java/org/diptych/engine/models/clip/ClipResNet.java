package org.diptych.engine.models.clip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.BatchNorm2d;
import org.diptych.engine.nn.Conv2d;
import org.diptych.engine.nn.Linear;

/// The original's ModifiedResNet (openai/CLIP `clip/model.py`): a stem of three convolutions, average pooling before every stride, and attention pooling with
/// the mean as the one query.
final class ClipResNet extends Module {
    static final String POOL = "visual.attnpool";
    private static final int EXPANSION = 4;

    private final List<Conv2d> stem = new ArrayList<>();
    private final List<BatchNorm2d> stemNorms = new ArrayList<>();
    private final List<List<Block>> stages = new ArrayList<>();
    private final Pool pool;

    ClipResNet(ClipConfig.ResNet config, int projection) {
        int w = config.width();
        int[] channels = {3, w / 2, w / 2, w};
        for (int i = 0; i < 3; i++) {
            stem.add(child("conv" + (i + 1), new Conv2d(channels[i], channels[i + 1], 3, i == 0 ? 2 : 1, 1, false)));
            stemNorms.add(child("bn" + (i + 1), new BatchNorm2d(channels[i + 1])));
        }
        int in = w;
        for (int stage = 0; stage < 4; stage++) {
            List<Block> blocks = new ArrayList<>();
            int planes = w << stage;
            for (int i = 0; i < config.stages().get(stage); i++) {
                blocks.add(child("layer" + (stage + 1) + "." + i, new Block(in, planes, i == 0 && stage > 0 ? 2 : 1)));
                in = planes * EXPANSION;
            }
            stages.add(blocks);
        }
        pool = child("attnpool", new Pool(config.image() / 32, w * 32, config.heads(), projection));
    }

    /// @param pixels (B, 3, H, W)
    /// @return (B, P) in the shared space, not of unit length
    NDArray apply(Pass pass, NDArray pixels) {
        NDArray x = pixels;
        for (int i = 0; i < 3; i++) {
            x = Activation.relu(stemNorms.get(i).apply(stem.get(i).apply(x)));
        }
        x = average(x, 2);
        pass.probe().value("visual.stem", x);
        for (int stage = 0; stage < 4; stage++) {
            for (Block block : stages.get(stage)) {
                x = block.apply(x);
            }
            pass.probe().value("visual.layer" + (stage + 1), x);
        }
        NDArray out = pool.apply(pass, x);
        pass.probe().value(POOL, out);
        return out;
    }

    private static NDArray average(NDArray x, int by) {
        return x.getNDArrayInternal().avgPool(new Shape(by, by), new Shape(by, by), new Shape(0, 0), false, true);
    }

    private static final class Block extends Module {
        private final int stride;
        private final List<Conv2d> convolutions = new ArrayList<>();
        private final List<BatchNorm2d> norms = new ArrayList<>();
        private final Optional<Conv2d> shortcut;
        private final Optional<BatchNorm2d> shortcutNorm;

        Block(int in, int planes, int stride) {
            this.stride = stride;
            convolutions.add(child("conv1", new Conv2d(in, planes, 1, 1, 0, false)));
            convolutions.add(child("conv2", new Conv2d(planes, planes, 3, 1, 1, false)));
            convolutions.add(child("conv3", new Conv2d(planes, planes * EXPANSION, 1, 1, 0, false)));
            norms.add(child("bn1", new BatchNorm2d(planes)));
            norms.add(child("bn2", new BatchNorm2d(planes)));
            norms.add(child("bn3", new BatchNorm2d(planes * EXPANSION)));
            boolean changes = stride > 1 || in != planes * EXPANSION;
            shortcut = changes
                    ? Optional.of(child("downsample.0", new Conv2d(in, planes * EXPANSION, 1, 1, 0, false)))
                    : Optional.empty();
            shortcutNorm = changes
                    ? Optional.of(child("downsample.1", new BatchNorm2d(planes * EXPANSION)))
                    : Optional.empty();
        }

        NDArray apply(NDArray x) {
            NDArray y = Activation.relu(norms.get(0).apply(convolutions.get(0).apply(x)));
            y = Activation.relu(norms.get(1).apply(convolutions.get(1).apply(y)));
            y = norms.get(2).apply(convolutions.get(2).apply(stride > 1 ? average(y, stride) : y));
            NDArray same = stride > 1 ? average(x, stride) : x;
            NDArray past = shortcut.isPresent() ? shortcutNorm.orElseThrow().apply(shortcut.get().apply(same)) : x;
            return Activation.relu(y.add(past));
        }
    }

    /// Attention pooling: the mean of all places asks, the mean and the places answer.
    private static final class Pool extends Module {
        private final int heads;
        private final Weight positions;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear out;

        Pool(int grid, int width, int heads, int projection) {
            this.heads = heads;
            positions = weight("positional_embedding", (long) grid * grid + 1, width);
            query = child("q_proj", new Linear(width, width));
            key = child("k_proj", new Linear(width, width));
            value = child("v_proj", new Linear(width, width));
            out = child("c_proj", new Linear(width, projection));
        }

        NDArray apply(Pass pass, NDArray x) {
            long b = x.getShape().get(0);
            long d = x.getShape().get(1);
            NDArray places = x.reshape(b, d, -1).transpose(0, 2, 1); // (B, N, D)
            NDArray mean = places.mean(new int[]{1}, true); // (B, 1, D)
            NDArray all = NDArrays.concat(new NDList(mean, places), 1).add(positions.get()); // (B, 1 + N, D)
            NDArray q = Scalars.times(split(query.apply(all.get(":, :1")), b), 1 / Math.sqrt((double) d / heads)); // (B, H, 1, d)
            NDArray weights = MatrixProducts.matMul(q, split(key.apply(all), b).transpose(0, 1, 3, 2)).softmax(-1); // (B, H, 1, 1 + N)
            NDArray mixed = MatrixProducts.matMul(pass.probe().attention(POOL, 0, weights),
                    split(value.apply(all), b));
            return out.apply(mixed.reshape(b, d));
        }

        private NDArray split(NDArray x, long b) {
            return x.reshape(b, x.getShape().get(1), heads, -1).transpose(0, 2, 1, 3);
        }
    }
}
