package org.diptych.engine.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.kernel.Brain;
import org.diptych.engine.kernel.Precision;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.model.Writing;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.Scopes;

/// How fast a language model of the LLaMA form writes, held against what the memory gives: each word reads every weight once, so nothing can be faster than that.
///
/// @param family one that reads Hugging Face's LLaVA configuration
record Sentences(Family family, Scopes scopes, Bench bench, JobContext context, int runs) {
    private static final long PROBE = 1L << 28; // numbers of 4 bytes: far more than any cache holds
    private static final int PROMPT = 512;
    private static final int LAYERS = 16;
    private static final String CONFIG = """
            {"text_config": {"vocab_size": 32000, "hidden_size": 2048, "num_hidden_layers": %d, "num_attention_heads": 32,
              "num_key_value_heads": 8, "intermediate_size": 8192, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5},
             "vision_config": {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
              "intermediate_size": 128, "image_size": 32, "patch_size": 16},
             "projector_layers": 2, "image_token_index": 32000, "pad_token_id": 0}""";

    /// @param layers of 61 million parameters each; 16 with the word tables make 1.1 billion
    void measure(int layers) throws EngineException {
        double bandwidth = bandwidth();
        JsonObject config = JsonParser.parseString(CONFIG.formatted(layers)).getAsJsonObject();
        for (Precision precision : List.of(Precision.FULL, Precision.BRAIN)) {
            try (NDManager weights = scopes.weights()) {
                measure(config, precision, weights, bandwidth);
            }
        }
    }

    private void measure(JsonObject config, Precision precision, NDManager weights, double bandwidth)
            throws EngineException {
        boolean full = precision == Precision.FULL;
        VisionLanguageModel model = family.create(config, new ModelFiles(Optional.empty()));
        long read = 0;
        for (Map.Entry<String, Weight> item : model.module().weights().entrySet()) {
            Weight weight = item.getValue();
            boolean language = item.getKey().startsWith("language_model.");
            NDArray value = weights.ones(weight.shape()).muli(0.01f); // what the numbers are changes no time
            if (full || !language) {
                weight.set(value);
            } else {
                try (value) {
                    weight.set(Brain.rounded(value));
                }
            }
            read += language && !item.getKey().contains("embed_tokens") ? weight.shape().size() : 0;
        }
        String name = String.format(Locale.ROOT, "writing, %.1f billion parameters in %s, ", read / 1e9,
                full ? "fp32" : "bf16");
        double[] cached = steps((Generates) model, true, runs);
        double[] speed = new double[runs];
        double[] share = new double[runs];
        for (int i = 0; i < runs; i++) {
            speed[i] = 1 / cached[i];
            share[i] = 100.0 * read * (full ? 4 : 2) / cached[i] / bandwidth;
        }
        bench.row(name + "words a second behind " + PROMPT, speed, "/s");
        bench.row(name + "of what the memory gives", share, "%");
        if (full) {
            double[] anew = steps((Generates) model, false, 1);
            bench.row(name + "a word without the cache / with it", new double[]{anew[0] / cached[runs / 2]}, "x");
        }
    }

    /// As [#measure(int)], with as many layers as a fifth of the machine's memory holds.
    void measure() throws EngineException {
        long memory = java.lang.management.ManagementFactory
                .getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : 0;
        measure(Math.clamp(memory / 5 / 290_000_000L, 2, LAYERS));
    }

    /// @return bytes a second that a sum over a long array reads
    private double bandwidth() {
        double best = 0;
        try (NDManager scope = scopes.call(); NDArray all = scope.ones(new Shape(PROBE))) {
            for (int i = 0; i < 4; i++) {
                long start = System.nanoTime();
                all.sum().close();
                best = Math.max(best, 4.0 * PROBE / ((System.nanoTime() - start) / 1e9));
            }
        }
        bench.row("memory, read by a sum", new double[]{best / 1e9}, "GB/s");
        return best;
    }

    /// @return seconds of each word
    private double[] steps(Generates model, boolean cached, int count) {
        double[] seconds = new double[count];
        try (NDManager scope = scopes.call()) {
            long[] ids = new long[PROMPT];
            for (int i = 0; i < PROMPT; i++) {
                ids[i] = 3 + i;
            }
            Inputs inputs = new Inputs(Map.of("input_ids", Staging.longs(scope, ids, new Shape(1, PROMPT))),
                    List.of());
            try (Writing writing = model.begin(Pass.INFER, inputs, 1, cached)) {
                for (int i = cached ? -1 : 0; i < count; i++) {
                    context.checkCancelled();
                    long start = System.nanoTime();
                    writing.append(new int[]{0}, new long[]{7});
                    writing.logits().toFloatArray();
                    if (i >= 0) {
                        seconds[i] = (System.nanoTime() - start) / 1e9;
                    }
                }
            }
        }
        java.util.Arrays.sort(seconds);
        return seconds;
    }
}
