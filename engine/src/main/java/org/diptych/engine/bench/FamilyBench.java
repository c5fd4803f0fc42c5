package org.diptych.engine.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Drawn;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.work.Scopes;

/// One family at the size of its published base model, with random weights, on Toybox sentences and pictures of its own size: a forward, and a training step of all objectives of its plan that
/// this size has the heads for. Both paths take turns and compute the same; dropout is off in both.
final class FamilyBench {
    /// What a detector of the region models' time gives of a picture.
    private static final int BOXES = 36;

    private final Bench bench;
    private final Scopes scopes;
    private final Family family;
    private final FineTunePlan plan;

    /// @param plan the family's committed plan, of which the objectives are taken
    FamilyBench(Bench bench, Scopes scopes, Family family, FineTunePlan plan) {
        this.bench = bench;
        this.scopes = scopes;
        this.family = family;
        this.plan = plan;
    }

    /// @param preset configuration of the base model; under `frozen`, which is no part of it, the weights that its paper keeps as they are
    /// @param files  folder with a tokenizer
    void measure(JsonObject preset, Path files, int... batches) throws EngineException {
        measure("base size", preset, files, batches);
    }

    /// At the size and batch of its plan.
    ///
    /// @param files empty folder
    void measureSmall(Path files) throws EngineException {
        measure("Toybox size", FreshFiles.write(files, plan), files, plan.batch());
    }

    private void measure(String size, JsonObject preset, Path files, int... batches) throws EngineException {
        JsonObject config = preset.deepCopy();
        List<String> frozen = Optional.ofNullable(config.remove("frozen")).stream()
                .flatMap(f -> f.getAsJsonArray().asList().stream()).map(JsonElement::getAsString).toList();
        try (NDManager weights = scopes.weights()) {
            VisionLanguageModel model = family.create(config, new ModelFiles(Optional.of(files)));
            ((Initialises) model).initialise(weights, 1);
            List<Objective> objectives = new ArrayList<>();
            for (String name : plan.objectives().keySet()) {
                if (Objective.tasks(model).stream().anyMatch(t -> t.plan().equals(name))) {
                    objectives.add(Objective.of(name, model, plan, weights));
                }
            }
            for (int batch : batches) {
                String name = family.id() + " at " + size + ", batch " + batch;
                List<Example> examples = examples(model, batch);
                List<Encoded> encoded = new ArrayList<>();
                for (Example example : examples) {
                    encoded.add(Drawn.encode(model, example));
                }
                bench.compare(name + ": forward", pass -> forward(model, encoded, pass));
            }
            Optimiser optimiser = new Optimiser(model, new FineTunePlan.Trains(List.of(), frozen), weights);
            for (int batch : batches) {
                Drawn drawn = drawn(model, examples(model, batch));
                Map<Objective, Lesson.Course> courses = new LinkedHashMap<>();
                for (Objective objective : objectives) {
                    courses.put(objective, objective.prepare(drawn, 0));
                }
                bench.compare(family.id() + " at " + size + ", batch " + batch + ": training step",
                        pass -> step(model, optimiser, drawn.encoded(), courses, pass));
            }
        }
    }

    private static Drawn drawn(VisionLanguageModel model, List<Example> examples) throws EngineException {
        List<Encoded> encoded = new ArrayList<>();
        for (Example example : examples) {
            encoded.add(Drawn.encode(model, example));
        }
        int[] places = IntStream.range(0, examples.size()).toArray();
        return new Drawn(model, examples, encoded, places, new long[places.length], 1, 1);
    }

    private List<Example> examples(VisionLanguageModel model, int batch) throws EngineException {
        FineTunePlan.Data d = plan.data();
        int side = Math.max(64, model.imageSize());
        ToyboxDataset data = new ToyboxDataset(new FineTunePlan.Data(d.source(), d.world(), d.language(), "full", 0, 0,
                d.train(), d.validation(), side), Split.TRAIN);
        List<Example> out = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            Example example = data.example(i);
            out.add(model instanceof ReadsRegions reads
                    ? new Example(example.id(), example.picture(), example.caption(), true,
                            new DetectedBoxes(example.more(), example.picture(), BOXES, reads.regionWidth()))
                    : example);
        }
        return out;
    }

    private double forward(VisionLanguageModel model, List<Encoded> encoded, Pass pass) {
        long start = System.nanoTime();
        try (NDManager scope = scopes.call()) {
            model.forward(pass, model.batch(encoded, scope));
        }
        return (System.nanoTime() - start) / 1e6;
    }

    /// Objective by objective, so that what one holds for its gradients is gone before the next: a readable path at base size would else need more than 20 GB for eight pairs.
    private double step(VisionLanguageModel model, Optimiser optimiser, List<Encoded> encoded,
            Map<Objective, Lesson.Course> courses, Pass pass) {
        long start = System.nanoTime();
        for (Map.Entry<Objective, Lesson.Course> item : courses.entrySet()) {
            Objective objective = item.getKey();
            try (NDManager scope = scopes.call();
                    GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                Inputs inputs = objective.inputs(model, item.getValue(), model.batch(encoded, scope), scope);
                NDArray loss = objective.loss(model, pass, inputs).total();
                collector.backward(Scalars.times(loss, plan.objectives().get(objective.name())));
            }
        }
        optimiser.step();
        return (System.nanoTime() - start) / 1e6;
    }
}
