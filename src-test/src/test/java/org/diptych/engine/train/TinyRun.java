package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;

/// A run of a very small CLIP on 32-pixel Toybox pictures.
record TinyRun(TrainingSession session, VisionLanguageModel model, NDManager weights) {
    static final String PLAN = """
            {"name": "tiny", "model": "fresh:clip", "steps": 12, "batch": 8, "seed": 3, "evaluateEvery": 5,
             "checkpointEvery": 5, "optimizer": {"rate": 0.003}, "schedule": {"warmup": 2},
             "data": {"train": 64, "validation": 12, "pictureSize": 32, "hardNegatives": 0.5},
             "config": {"projection_dim": 16, "logit_scale_init_value": 2.6592,
               "text_config": {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "max_position_embeddings": 48, "hidden_act": "gelu", "layer_norm_eps": 1e-5},
               "vision_config": {"image_size": 32, "patch_size": 8, "hidden_size": 16, "intermediate_size": 32,
                 "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-5}}}
            """;

    static FineTunePlan plan(String... replaced) throws EngineException {
        String json = PLAN;
        for (int i = 0; i < replaced.length; i += 2) {
            if (!json.contains(replaced[i])) {
                throw new IllegalArgumentException(replaced[i]);
            }
            json = json.replace(replaced[i], replaced[i + 1]);
        }
        return PlanFile.parse(json, "tiny");
    }

    static TinyRun start(FineTunePlan plan, Path folder) throws EngineException {
        return start(plan, folder, new ToyboxDataset(plan.data(), Split.TRAIN));
    }

    static TinyRun start(FineTunePlan plan, Path folder, Dataset train) throws EngineException {
        return start(plan, folder, train, new ToyboxDataset(plan.data(), Split.VALIDATION));
    }

    static TinyRun start(FineTunePlan plan, Path folder, Dataset train, Dataset validation) throws EngineException {
        return begin(plan, folder, false, train, validation, model -> model);
    }

    /// @param seen what the run has for its model
    static TinyRun start(FineTunePlan plan, Path folder, UnaryOperator<VisionLanguageModel> seen)
            throws EngineException {
        return begin(plan, folder, false, new ToyboxDataset(plan.data(), Split.TRAIN),
                new ToyboxDataset(plan.data(), Split.VALIDATION), seen);
    }

    static TinyRun resume(Path folder) throws EngineException {
        FineTunePlan plan = PlanFile.read(new RunFolder(folder).plan());
        return resume(folder, new ToyboxDataset(plan.data(), Split.TRAIN),
                new ToyboxDataset(plan.data(), Split.VALIDATION));
    }

    static TinyRun resume(Path folder, Dataset train, Dataset validation) throws EngineException {
        return begin(PlanFile.read(new RunFolder(folder).plan()), folder, true, train, validation, model -> model);
    }

    /// @param before runs before each batch of the model's is put together
    static VisionLanguageModel hooked(VisionLanguageModel model, Runnable before) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> c = model.getClass(); c != null; c = c.getSuperclass()) {
            all.addAll(List.of(c.getInterfaces()));
        }
        return (VisionLanguageModel) Proxy.newProxyInstance(TinyRun.class.getClassLoader(),
                all.toArray(Class<?>[]::new), (proxy, method, args) -> {
                    if (method.getName().equals("batch")) {
                        before.run();
                    }
                    try {
                        return method.invoke(model, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static TinyRun begin(FineTunePlan plan, Path folder, boolean resumes, Dataset train,
            Dataset validation, UnaryOperator<VisionLanguageModel> seen) throws EngineException {
        return TestLane.run(context -> {
            RunFolder run = new RunFolder(folder);
            RunLock lock = RunLock.take(run, resumes);
            NDManager weights = TestLane.lane().scopes().weights();
            VisionLanguageModel model = Models.named(plan.model().substring("fresh:".length())).orElseThrow().create(
                    FreshFiles.write(run.base(), plan),
                    new ModelFiles(Optional.of(run.base())));
            ((Initialises) model).initialise(weights, plan.seed());
            weights.cap(); // as the loader leaves it
            RunLog.Header header = new RunLog.Header(run.id(), OffsetDateTime.now().toString(), plan,
                    "random:" + plan.seed(), "cpu", 2, Map.of());
            try {
                return new TinyRun(TrainingSession.start(TestLane.lane(),
                        new TrainingSession.Start(plan, run, seen.apply(model), "run", train,
                                validation, header,
                                Models.named(model.family()).orElseThrow().outward(
                                        com.google.gson.JsonParser.parseString(model.config()).getAsJsonObject()),
                                Witness.NONE, resumes, lock)),
                        model, weights);
            } catch (EngineException e) {
                weights.close();
                lock.close();
                throw e;
            }
        });
    }

    TinyRun toTheEnd() throws EngineException {
        await(session.job());
        return this;
    }

    /// @throws EngineException as the job told it
    static <T> T await(JobHandle<T> job) throws EngineException {
        try {
            return job.result().toCompletableFuture().orTimeout(120, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EngineException told) {
                throw told;
            }
            throw e;
        }
    }

    static void until(BooleanSupplier condition) throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + 120_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new TimeoutException();
            }
            Thread.sleep(5);
        }
    }

    /// @return step -> loss, exactly as computed
    Map<Integer, Double> losses() {
        return losses(session.log());
    }

    static Map<Integer, Double> losses(RunLog log) {
        Map<Integer, Double> out = new LinkedHashMap<>();
        log.since(0).stream().filter(r -> r.values().containsKey("loss"))
                .forEach(r -> out.put(r.step(), r.values().get("loss")));
        return out;
    }

    /// @return name -> numbers
    Map<String, float[]> numbers() throws EngineException {
        return TestLane.run(context -> numbers(model));
    }

    static Map<String, float[]> numbers(VisionLanguageModel model) {
        Map<String, float[]> out = new LinkedHashMap<>();
        model.module().weights().forEach((name, weight) -> out.put(name, numbers(weight.get())));
        return out;
    }

    private static float[] numbers(NDArray array) {
        if (array.getDataType().isFloating()) {
            return array.toFloatArray();
        }
        long[] whole = array.toLongArray();
        float[] out = new float[whole.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = whole[i];
        }
        return out;
    }

    List<RunLog.Row> rows() {
        return session.log().since(0);
    }

    void close() throws EngineException {
        await(session.restore());
        TestLane.run(context -> {
            weights.close();
            return true;
        });
    }
}
