package org.diptych.engine.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.diptych.engine.api.BenchResult;
import org.diptych.engine.api.BenchResult.Row;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.toybox.ToyboxTokenizer;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Contrastive;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.Scopes;

/// Times two towers of several sizes with random weights. The fused and the readable path take turns, so that a machine that speeds up or slows down does so for both.
public final class Bench {
    private static final String TOKENIZER = "tokenizer.json";

    private final Family family;
    private final Scopes scopes;
    private final JobContext context;
    private final int runs;
    private final List<Row> rows = new ArrayList<>();

    /// @param family a family of two towers that reads Hugging Face's CLIP configuration
    /// @param runs   counted runs of each figure, after one that is not
    public Bench(Family family, Scopes scopes, JobContext context, int runs) {
        this.family = family;
        this.scopes = scopes;
        this.context = context;
        this.runs = Math.max(3, runs);
    }

    /// How fast a model of this family writes. Runs on the lane.
    ///
    /// @param writes reads Hugging Face's LLaVA configuration
    public BenchResult writing(Family writes) throws EngineException {
        new Sentences(writes, scopes, this, context, runs).measure();
        return new BenchResult(rows);
    }

    /// Runs on the lane.
    public BenchResult all() throws EngineException {
        both("Toybox size, batch 128", config(64, 8, 128, 4, 4, 128, 3, 400, 32), 128, 64, 24, true);
        products("Toybox size, batch 128", new Products(128, 65, 128, 4, 4), new Products(128, 24, 128, 4, 3));
        for (int batch : new int[]{1, 8}) {
            both("ViT-B/32, batch " + batch, vitB32(), batch, 224, 77, true);
            products("ViT-B/32, batch " + batch, new Products(batch, 50, 768, 12, 12),
                    new Products(batch, 77, 512, 8, 12));
        }
        for (int batch : new int[]{1, 4}) {
            both("577 tokens, width 768, batch " + batch, config(384, 16, 768, 12, 12, 512, 1, 400, 32), batch, 384, 8,
                    false);
            products("577 tokens, width 768, batch " + batch, new Products(batch, 577, 768, 12, 12),
                    new Products(batch, 8, 512, 8, 1));
        }
        context.progress(Message.of("engine.job.bench", "ViT-B/32"), rows.size(), 0);
        new Opening(family, scopes, this, runs).measure();
        return new BenchResult(rows);
    }

    /// A family at the size of its published base model. Runs on the lane.
    ///
    /// @param plan  the family's committed plan
    /// @param batch examples
    public BenchResult base(Family one, FineTunePlan plan, int batch) throws EngineException {
        return inFolder(files -> {
            SafeFile.write(files.resolve(TOKENIZER), ToyboxTokenizer.json(ToyboxTokenizer.Reach.CONVERSATIONS));
            new FamilyBench(this, scopes, one, plan).measure(preset(one.id()), files, batch);
        });
    }

    /// A family at the size and batch of its plan. Runs on the lane.
    public BenchResult small(Family one, FineTunePlan plan) throws EngineException {
        return inFolder(new FamilyBench(this, scopes, one, plan)::measureSmall);
    }

    private interface Measures {
        void in(Path folder) throws EngineException;
    }

    private BenchResult inFolder(Measures measures) throws EngineException {
        Path folder = folder();
        try {
            measures.in(folder);
        } finally {
            deleted(folder);
        }
        return new BenchResult(rows);
    }

    /// @return true when a base size of the family is known
    public static boolean hasPreset(String family) {
        return Bench.class.getResource("/org/diptych/presets/" + family + ".json") != null;
    }

    private static JsonObject preset(String family) {
        try (InputStream in = Bench.class.getResourceAsStream("/org/diptych/presets/" + family + ".json")) {
            return JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8)).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() throws EngineException {
        try {
            return Files.createTempDirectory("diptych-bench");
        } catch (IOException e) {
            throw new EngineException(e, "file.write", System.getProperty("java.io.tmpdir"),
                    String.valueOf(e.getMessage()));
        }
    }

    private static void deleted(Path folder) throws EngineException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new EngineException(e, "file.write", folder, String.valueOf(e.getMessage()));
        }
    }

    /// The whole model's size: 12 layers each, 50 patches wide 768, 77 tokens wide 512.
    static JsonObject vitB32() {
        return config(224, 32, 768, 12, 12, 512, 12, 49408, 77);
    }

    private static JsonObject config(int image, int patch, int width, int layers, int heads, int textWidth,
            int textLayers, int vocabulary, int positions) {
        JsonObject json = new JsonObject();
        JsonObject text = new JsonObject();
        text.addProperty("vocab_size", vocabulary);
        text.addProperty("max_position_embeddings", positions);
        text.addProperty("eos_token_id", 2);
        tower(text, textWidth, textLayers, Math.max(4, textWidth / 64));
        JsonObject vision = new JsonObject();
        vision.addProperty("image_size", image);
        vision.addProperty("patch_size", patch);
        tower(vision, width, layers, heads);
        json.add("text_config", text);
        json.add("vision_config", vision);
        json.addProperty("projection_dim", textWidth);
        json.addProperty("logit_scale_init_value", 2.6592);
        return json;
    }

    private static void tower(JsonObject json, int width, int layers, int heads) {
        json.addProperty("hidden_size", width);
        json.addProperty("intermediate_size", 4 * width);
        json.addProperty("num_hidden_layers", layers);
        json.addProperty("num_attention_heads", heads);
        json.addProperty("hidden_act", "quick_gelu");
        json.addProperty("layer_norm_eps", 1e-5);
    }

    VisionLanguageModel model(JsonObject config, NDManager weights) throws EngineException {
        VisionLanguageModel model = family.create(config, new ModelFiles(Optional.empty()));
        ((Initialises) model).initialise(weights, 1);
        return model;
    }

    static Inputs inputs(NDManager scope, int batch, int image, int tokens) {
        float[] pixels = new float[batch * 3 * image * image];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (i * 2654435761L >>> 8 & 1023) / 512f - 1;
        }
        long[] ids = new long[batch * tokens];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i % tokens == tokens - 1 ? 399 : 3 + (i * 31L + i / tokens * 17L) % 380;
        }
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("pixel_values", scope.create(pixels, new Shape(batch, 3, image, image)));
        tensors.put("input_ids", scope.create(ids, new Shape(batch, tokens)));
        return new Inputs(tensors, List.of());
    }

    private void both(String name, JsonObject config, int batch, int image, int tokens, boolean trains)
            throws EngineException {
        try (NDManager weights = scopes.weights(); NDManager data = scopes.call()) {
            VisionLanguageModel model = model(config, weights);
            Inputs inputs = inputs(data, batch, image, tokens);
            compare(name + ": forward", pass -> forward(model, pass, inputs));
            if (trains) {
                Optimiser optimiser = new Optimiser(model, new FineTunePlan.Trains(List.of(), List.of()), weights);
                compare(name + ": training step", pass -> step(model, optimiser, pass, inputs));
            }
        }
    }

    /// The share of a forward that its matrix products take.
    private void products(String name, Products... towers) {
        double[] times = new double[runs];
        for (int i = -1; i < runs; i++) {
            double all = 0;
            for (Products tower : towers) {
                all += tower.time(scopes);
            }
            if (i >= 0) {
                times[i] = all;
            }
        }
        row(name + ": matrix products of a forward alone", times, "ms");
    }

    double forward(VisionLanguageModel model, Pass pass, Inputs inputs) {
        long start = System.nanoTime();
        try (NDManager scope = scopes.call()) {
            Map<String, NDArray> near = new LinkedHashMap<>();
            inputs.tensors().forEach((key, value) -> {
                NDArray copy = value.duplicate();
                copy.attach(scope);
                near.put(key, copy);
            });
            model.forward(pass, new Inputs(near, List.of()));
        }
        return (System.nanoTime() - start) / 1e6;
    }

    private double step(VisionLanguageModel model, Optimiser optimiser, Pass pass, Inputs inputs) {
        long start = System.nanoTime();
        try (NDManager scope = scopes.call();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            Map<String, NDArray> near = new LinkedHashMap<>();
            inputs.tensors().forEach((key, value) -> {
                NDArray copy = value.duplicate();
                copy.attach(scope);
                near.put(key, copy);
            });
            collector.backward(new Contrastive().loss(model, pass, new Inputs(near, List.of())).total());
            optimiser.step();
        }
        return (System.nanoTime() - start) / 1e6;
    }

    void compare(String name, ToDoubleFunction<Pass> once) {
        context.checkCancelled();
        context.progress(Message.of("engine.job.bench", name), rows.size(), 0);
        double[] fused = new double[runs];
        double[] readable = new double[runs];
        once.applyAsDouble(Pass.INFER);
        once.applyAsDouble(Pass.READABLE);
        for (int i = 0; i < runs; i++) {
            fused[i] = once.applyAsDouble(Pass.INFER);
            readable[i] = once.applyAsDouble(Pass.READABLE);
        }
        row(name + ", fused", fused, "ms");
        row(name + ", readable", readable, "ms");
        double[] ratios = new double[runs];
        for (int i = 0; i < runs; i++) {
            ratios[i] = fused[i] / readable[i];
        }
        row(name + ", fused / readable", ratios, "x");
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }

    void row(String name, double[] values, String unit) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        rows.add(new Row(name, sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1], unit));
    }
}
