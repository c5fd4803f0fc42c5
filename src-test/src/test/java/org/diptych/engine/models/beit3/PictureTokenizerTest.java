package org.diptych.engine.models.beit3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Task;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.SafetensorsWriter;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.PictureCodes;
import org.diptych.engine.model.Encoded;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// BEiT v2's tokenizer under the names of its own file; no reference's numbers are at hand for it, so its equations are computed a second time.
@Tag("unit")
class PictureTokenizerTest {
    private static final int D = 128;
    private static final int HEADS = 2;
    private static final int MLP = 48;
    private static final int LAYERS = 2;
    private static final int CODES = 40;
    private static final int BOOK = 6;
    private static final int SIDE = 12;
    private static final int PATCH = 4;
    private static final int N = 9;

    @TempDir
    Path folder;

    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private void tensor(String name, double deviation, long... shape) {
        Shape s = new Shape(shape);
        values.put(name, random((int) s.size(), name.hashCode(), deviation));
        shapes.put(name, s);
    }

    private static float[] random(int count, long seed, double deviation) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) (random.nextGaussian() * deviation);
        }
        return out;
    }

    private void make() {
        tensor("encoder.cls_token", 1, 1, 1, D);
        tensor("encoder.pos_embed", 1, 1, N + 1, D);
        tensor("encoder.patch_embed.proj.weight", 0.3, D, 3, PATCH, PATCH);
        tensor("encoder.patch_embed.proj.bias", 0.5, D);
        for (int i = 0; i < LAYERS; i++) {
            String b = "encoder.blocks." + i + ".";
            for (String norm : new String[]{"norm1", "norm2"}) {
                tensor(b + norm + ".weight", 1, D);
                tensor(b + norm + ".bias", 0.5, D);
            }
            tensor(b + "attn.q_bias", 0.5, D);
            tensor(b + "attn.v_bias", 0.5, D);
            tensor(b + "attn.qkv.weight", 0.1, 3 * D, D);
            tensor(b + "attn.proj.weight", 0.2, D, D);
            tensor(b + "attn.proj.bias", 0.5, D);
            tensor(b + "mlp.fc1.weight", 0.2, MLP, D);
            tensor(b + "mlp.fc1.bias", 0.5, MLP);
            tensor(b + "mlp.fc2.weight", 0.3, D, MLP);
            tensor(b + "mlp.fc2.bias", 0.5, D);
        }
        tensor("encoder.fc_norm.weight", 1, D);
        tensor("encoder.fc_norm.bias", 0.5, D);
        tensor("decoder.fc_norm.bias", 0.5, D); // what is not read
        tensor("encode_task_layer.0.weight", 0.1, D, D);
        tensor("encode_task_layer.0.bias", 0.5, D);
        tensor("encode_task_layer.2.weight", 0.2, BOOK, D);
        tensor("encode_task_layer.2.bias", 0.2, BOOK);
        tensor("quantize.cluster_size", 1, CODES);
        tensor("quantize.embedding.weight", 0.4, CODES, BOOK); // not of unit length, so that the length counts
    }

    private Path write(NDManager scope) throws EngineException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        values.forEach((name, v) -> tensors.put(name, scope.create(v, shapes.get(name))));
        Path file = folder.resolve("vqkd.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());
        return file;
    }

    private static Beit3Model model(int side, int codes) throws EngineException {
        JsonObject config = JsonParser.parseString("""
                {"vocab_size": 30, "max_source_positions": 12, "encoder_embed_dim": 16, "encoder_layers": 1,
                 "encoder_attention_heads": 2, "encoder_ffn_embed_dim": 24, "img_size": %d, "patch_size": 4,
                 "heads": {"words": true, "codes": %d}}""".formatted(side, codes)).getAsJsonObject();
        return (Beit3Model) new Beit3Family().create(config, new ModelFiles(Optional.empty()));
    }

    @Test
    void eachPatchHasTheNearestRowOfTheBook() throws EngineException {
        make();
        TestLane.run(context -> {
            NDManager scope = context.scope();
            float[] pixels = random(2 * 3 * SIDE * SIDE, 3, 1);
            PictureCodes codes = model(SIDE, CODES).lessons().codes(write(scope), scope);
            long[] told = codes.of(scope.create(pixels, new Shape(2, 3, SIDE, SIDE))).toLongArray();
            long[] wanted = new long[2 * N];
            for (int b = 0; b < 2; b++) {
                System.arraycopy(second(Arrays.copyOfRange(pixels, b * pixels.length / 2, (b + 1) * pixels.length / 2)),
                        0, wanted, b * N, N);
            }
            assertThat(told).isEqualTo(wanted);
            assertThat(Arrays.stream(wanted).distinct().count()).as("different codes").isGreaterThan(4);
            return true;
        });
    }

    /// What the objective asks for is what the tokenizer says, where the model's lessons are given it.
    @Test
    void theObjectiveAsksForTheFilesCodes() throws EngineException {
        make();
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Beit3Model model = model(SIDE, CODES + 3);
            PictureCodes codes = model.lessons().codes(write(scope), scope);
            NDArray pixels = scope.create(random(3 * SIDE * SIDE, 5, 1), new Shape(1, 3, SIDE, SIDE));
            Inputs base = new Inputs(Map.of("pixel_values", pixels, "input_ids",
                    scope.create(new long[]{0, 5, 2}, new Shape(1, 3))), java.util.List.of())
                    .with(Map.of(PictureCodes.NAME, codes.of(pixels)));
            Lesson lesson = Lesson.of(new Encoded(Optional.empty(), new float[0], 0, 0, Optional.empty(),
                    Optional.empty()), -1)
                    .hiding(new Lesson.Patches(new long[]{1, 0, 0, 0, 0, 0, 0, 0, 1}, new long[0]));
            Inputs inputs = model.lessons().inputs(Task.PATCHES_ALONE,
                    new Lesson.Course(java.util.List.of(lesson), 0), base, scope);
            assertThat(inputs.get("visual_token_targets").toLongArray()).isEqualTo(codes.of(pixels).toLongArray());
            return true;
        });
    }

    @Test
    void aFileThatDoesNotFitIsToldWhy() throws EngineException {
        make();
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Path file = write(scope);
            refused(file, model(SIDE, CODES - 1), scope, "train.codes.many");
            refused(file, model(16, CODES), scope, "train.codes.grid");
            shapes.put("encode_task_layer.2.bias", new Shape(2, BOOK / 2));
            refused(write(scope), model(SIDE, CODES), scope, "train.codes.tokenizer");
            values.remove("encode_task_layer.2.bias");
            refused(write(scope), model(SIDE, CODES), scope, "train.codes.tokenizer");
            values.keySet().removeIf(n -> n.startsWith("quantize"));
            refused(write(scope), model(SIDE, CODES), scope, "train.codes.tokenizer");
            return true;
        });
    }

    private static void refused(Path file, Beit3Model model, NDManager scope, String key) {
        assertThatThrownBy(() -> model.lessons().codes(file, scope)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).isEqualTo(key));
    }

    private double[] linear(double[] x, String name, String bias) {
        float[] w = values.get(name + ".weight");
        float[] b = values.get(bias);
        double[] out = new double[b.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = b[i];
            for (int k = 0; k < x.length; k++) {
                out[i] += w[i * x.length + k] * x[k];
            }
        }
        return out;
    }

    private double[] norm(double[] x, String name) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> (x[i] - mean) / Math.sqrt(variance + 1e-6) * values.get(name + ".weight")[i]
                + values.get(name + ".bias")[i]);
        return out;
    }

    /// x Φ(x), by the midpoint rule.
    private static double gelu(double x) {
        double bound = Math.min(Math.abs(x), 8);
        double sum = 0;
        int steps = 400;
        for (int i = 0; i < steps; i++) {
            double t = bound * (i + 0.5) / steps;
            sum += Math.exp(-t * t / 2) * bound / steps;
        }
        return x * (0.5 + Math.signum(x) * sum / Math.sqrt(2 * Math.PI));
    }

    private double[][] embedded(float[] pixels) {
        double[][] x = new double[N + 1][D];
        float[] w = values.get("encoder.patch_embed.proj.weight");
        int grid = SIDE / PATCH;
        for (int t = 0; t <= N; t++) {
            for (int d = 0; d < D; d++) {
                double sum = t == 0
                        ? values.get("encoder.cls_token")[d]
                        : values.get("encoder.patch_embed.proj.bias")[d];
                for (int k = 0; t > 0 && k < 3 * PATCH * PATCH; k++) {
                    int channel = k / (PATCH * PATCH);
                    int y = (t - 1) / grid * PATCH + k / PATCH % PATCH;
                    int column = (t - 1) % grid * PATCH + k % PATCH;
                    sum += w[d * 3 * PATCH * PATCH + k] * pixels[(channel * SIDE + y) * SIDE + column];
                }
                x[t][d] = sum + values.get("encoder.pos_embed")[t * D + d];
            }
        }
        return x;
    }

    private double[] projected(double[] x, String block, int part) {
        float[] w = values.get(block + "attn.qkv.weight");
        double[] out = new double[D];
        for (int i = 0; i < D; i++) {
            out[i] = part == 1 ? 0 : values.get(block + "attn." + (part == 0 ? "q_bias" : "v_bias"))[i];
            for (int k = 0; k < D; k++) {
                out[i] += w[(part * D + i) * D + k] * x[k];
            }
        }
        return out;
    }

    private void layer(double[][] x, String block) {
        double[][][] qkv = new double[3][N + 1][];
        for (int t = 0; t <= N; t++) {
            double[] normed = norm(x[t], block + "norm1");
            for (int part = 0; part < 3; part++) {
                qkv[part][t] = projected(normed, block, part);
            }
        }
        int width = D / HEADS;
        for (int t = 0; t <= N; t++) {
            double[] seen = new double[D];
            for (int h = 0; h < HEADS; h++) {
                double[] weights = new double[N + 1];
                for (int s = 0; s <= N; s++) {
                    for (int k = h * width; k < (h + 1) * width; k++) {
                        weights[s] += qkv[0][t][k] * qkv[1][s][k] / Math.sqrt(width);
                    }
                }
                double most = Arrays.stream(weights).max().orElseThrow();
                double sum = Arrays.stream(weights).map(v -> Math.exp(v - most)).sum();
                for (int s = 0; s <= N; s++) {
                    for (int k = h * width; k < (h + 1) * width; k++) {
                        seen[k] += Math.exp(weights[s] - most) / sum * qkv[2][s][k];
                    }
                }
            }
            double[] out = linear(seen, block + "attn.proj", block + "attn.proj.bias");
            for (int d = 0; d < D; d++) {
                x[t][d] += out[d];
            }
        }
        for (double[] row : x) {
            double[] inner = Arrays.stream(
                    linear(norm(row, block + "norm2"), block + "mlp.fc1", block + "mlp.fc1.bias"))
                    .map(PictureTokenizerTest::gelu).toArray();
            double[] out = linear(inner, block + "mlp.fc2", block + "mlp.fc2.bias");
            for (int d = 0; d < D; d++) {
                row[d] += out[d];
            }
        }
    }

    /// The codes of one picture, in plain numbers.
    private long[] second(float[] pixels) {
        double[][] x = embedded(pixels);
        for (int i = 0; i < LAYERS; i++) {
            layer(x, "encoder.blocks." + i + ".");
        }
        long[] codes = new long[N];
        for (int t = 1; t <= N; t++) {
            double[] inner = Arrays.stream(linear(norm(x[t], "encoder.fc_norm"), "encode_task_layer.0",
                    "encode_task_layer.0.bias")).map(Math::tanh).toArray();
            double[] z = linear(inner, "encode_task_layer.2", "encode_task_layer.2.bias");
            double length = Math.sqrt(Arrays.stream(z).map(v -> v * v).sum());
            double best = Double.MAX_VALUE;
            for (int code = 0; code < CODES; code++) {
                double distance = 0;
                for (int k = 0; k < BOOK; k++) {
                    double apart = z[k] / length - values.get("quantize.embedding.weight")[code * BOOK + k];
                    distance += apart * apart;
                }
                if (distance < best) {
                    best = distance;
                    codes[t - 1] = code;
                }
            }
        }
        return codes;
    }
}
