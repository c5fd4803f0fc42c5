package org.diptych.engine.models.clip;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.SplittableRandom;
import org.diptych.engine.model.Weight;

/// What CLIP starts from (openai/CLIP `clip/model.py`, `initialize_parameters`; transformers `CLIPPreTrainedModel._init_weights`).
final class ClipInit {
    private ClipInit() {
    }

    static void fill(Map<String, Weight> weights, ClipConfig config, NDManager scope, long seed) {
        weights.forEach((name, weight) -> {
            long size = weight.shape().size();
            float[] values = new float[(int) size];
            if (name.equals("logit_scale")) {
                values[0] = (float) config.scaleInit();
            } else if (ones(name)) {
                java.util.Arrays.fill(values, 1);
            } else if (!name.endsWith("bias") && !name.endsWith("running_mean")) {
                double deviation = deviation(name, weight.shape(), config);
                SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (random.nextGaussian() * deviation);
                }
            }
            weight.set(scope.create(values, weight.shape()));
        });
    }

    private static boolean ones(String name) {
        return name.contains("norm") && name.endsWith(".weight") || name.matches(".*\\.(bn\\d|downsample\\.1)\\.weight")
                || name.endsWith("running_var");
    }

    private static double deviation(String name, Shape shape, ClipConfig config) {
        boolean isText = name.startsWith("text_model");
        double width = isText ? config.text().width() : config.vision().width();
        int layers = isText ? config.text().layers() : config.vision() instanceof ClipConfig.Patches p ? p.layers() : 1;
        double depth = 1 / Math.sqrt(2.0 * layers);
        if (name.endsWith("q_proj.weight") || name.endsWith("k_proj.weight") || name.endsWith("v_proj.weight")) {
            return depth / Math.sqrt(shape.get(1));
        }
        if (name.endsWith("fc1.weight")) {
            return 1 / Math.sqrt(2 * width);
        }
        if (name.endsWith("fc2.weight")) {
            return depth / Math.sqrt(width);
        }
        if (name.endsWith("out_proj.weight") || name.endsWith("class_embedding")) {
            return 1 / Math.sqrt(width);
        }
        if (name.endsWith("_projection.weight")) {
            return 1 / Math.sqrt(shape.get(1));
        }
        if (name.startsWith("visual.") && shape.dimension() > 1) { // convolutions of the ResNet tower: He et al. 2015
            return Math.sqrt(2.0 * shape.get(0) / shape.size());
        }
        return 0.02;
    }
}
