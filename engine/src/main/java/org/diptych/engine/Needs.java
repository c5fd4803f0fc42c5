package org.diptych.engine;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.train.Footprint;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.Natives;
import org.diptych.engine.work.Priority;

/// Tells what plans would take of memory. What was measured is remembered, so that another batch or another number of steps is answered at once.
final class Needs {
    /// A larger model takes too long for a person who only looks at a form.
    private static final long QUICK = 200_000_000;
    /// Trying a plan takes memory too; it must leave ample room.
    private static final double SAFE = 0.5;
    private static final int REMEMBERED = 64;

    private final EngineLane lane;
    private final Path data;
    private final OwnWords ownWords;
    private final Map<FineTunePlan, Footprint.Activations> known = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<FineTunePlan, Footprint.Activations> eldest) {
            return size() > REMEMBERED;
        }
    };

    Needs(EngineLane lane, Path data, OwnWords ownWords) {
        this.lane = lane;
        this.data = data;
        this.ownWords = ownWords;
    }

    /// @param plan  fitted to its data
    /// @param model without weights; empty source for one that begins from nothing
    private record Material(FineTunePlan plan, VisionLanguageModel model, Optional<Path> source,
            Optional<Footprint.Activations> known,
            Optional<Dataset> examples) {
    }

    JobHandle<PlanMemory> memory(FineTunePlan plan) {
        return lane.submitPrepared(Message.of("train.memory", plan.name()), Priority.BULK,
                context -> gather(plan), (material, context) -> {
                    FineTunePlan fitted = material.plan;
                    long free = Natives.free(lane.scopes().device());
                    Footprint.Activations activations = material.known.isPresent()
                            ? material.known.get()
                            : activations(fitted, material, free, context);
                    remember(fitted, activations);
                    return Footprint.of(material.model, fitted, activations, free);
                });
    }

    private Material gather(FineTunePlan asked) throws EngineException {
        PlanFile.check(asked);
        FineTunePlan plan = ownWords.fitted(asked);
        Optional<Path> source = plan.model().startsWith(Teaching.FRESH)
                ? Optional.empty()
                : Optional.of(Bundled.has(plan.model()) ? Bundled.folder(plan.model(), data) : Path.of(plan.model()));
        VisionLanguageModel model = source.isPresent() ? new Loader(Models.all()).outline(source.get()) : fresh(plan);
        Optional<Footprint.Activations> before = remembered(plan);
        return new Material(plan, model, source, before,
                before.isPresent() ? Optional.empty() : Optional.of(Teaching.datasets(plan.data()).getFirst()));
    }

    private VisionLanguageModel fresh(FineTunePlan plan) throws EngineException {
        String id = plan.model().substring(Teaching.FRESH.length());
        try {
            Path folder = Files.createTempDirectory("diptych-fresh");
            try {
                JsonObject config = FreshFiles.write(folder, plan, ownWords.looked(plan));
                return Models.named(id).orElseThrow(() -> new EngineException("train.family", id)).create(config,
                        new ModelFiles(Optional.of(folder)));
            } finally {
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new EngineException(e, "file.write", System.getProperty("java.io.tmpdir"),
                    String.valueOf(e.getMessage()));
        }
    }

    private Footprint.Activations activations(FineTunePlan plan, Material material, long free, JobContext context)
            throws EngineException {
        Dataset examples = material.examples.orElseThrow();
        Footprint.Activations reckoned = Footprint.reckon(material.model, plan, examples);
        PlanMemory trial = Footprint.of(material.model, plan, reckoned, free).dividing(Footprint.MORE, 1);
        boolean safe = !lane.scopes().device().isGpu() && trial.weights() / Float.BYTES <= QUICK
                && trial.total() <= SAFE * free;
        return safe ? measure(plan, material, examples, context).orElse(reckoned) : reckoned;
    }

    private Optional<Footprint.Activations> measure(FineTunePlan plan, Material material, Dataset examples,
            JobContext context)
            throws EngineException {
        try (NDManager weights = lane.scopes().weights(); NDManager run = lane.scopes().run()) {
            VisionLanguageModel model = material.source.isPresent()
                    ? new Loader(Models.all()).load(material.source.get(), weights).model()
                    : fresh(plan);
            if (material.source.isEmpty() && model instanceof Initialises initial) {
                initial.initialise(weights, plan.seed());
                initial.settle();
            }
            return Footprint.measure(model, plan, examples, run, context::checkCancelled);
        }
    }

    private synchronized Optional<Footprint.Activations> remembered(FineTunePlan plan) {
        return Optional.ofNullable(known.get(alike(plan)));
    }

    private synchronized void remember(FineTunePlan plan, Footprint.Activations activations) {
        known.put(alike(plan), activations);
    }

    /// @return the plan without all that an example's activations do not depend on
    private static FineTunePlan alike(FineTunePlan plan) {
        FineTunePlan.Data d = plan.data();
        List<FineTunePlan.Stage> stages = plan.stages().stream()
                .map(s -> new FineTunePlan.Stage("", 1, s.trains(), s.objectives(), 0)).toList();
        return new FineTunePlan("", plan.model(), plan.config(), plan.startFrom(),
                new FineTunePlan.Data(d.source(), "", d.language(), d.captions(), 0, 0, 0, 0, d.pictureSize()),
                plan.objectives(), plan.lessons(), plan.trains(), plan.lora(),
                new FineTunePlan.Optimizer(0, 0, 0, 0, 0, 0, 1), new FineTunePlan.Schedule(0, 0), stages, 1, 2, 0, 1,
                1).withCheckpointing(plan.checkpointing()).withPrecision(plan.precision());
    }
}
