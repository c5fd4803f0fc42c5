package org.diptych.engine.train;

import java.util.OptionalInt;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Objective;

/// Holds a model's heads against the classes that a data set's labels are of, and what it reads against the set's region features: a label beyond a head would end the program, and a class without a word would be
/// a bare number to a person.
final class Heads {
    private Heads() {
    }

    /// @throws EngineException when a head has fewer classes than the labels need, or the set has no regions, of another width, or of unknown classes where the model is to learn from those
    static void check(VisionLanguageModel model, Dataset data, FineTunePlan plan) throws EngineException {
        if (model instanceof ReadsRegions reads) {
            regions(model.family(), reads.regionWidth(), data, plan);
        }
        if (!(model instanceof Taught taught)) {
            return;
        }
        for (String name : plan.allObjectives().keySet()) {
            Task task = Objective.task(name);
            OptionalInt has = taught.lessons().classes(task);
            OptionalInt needs = data.classes(task);
            if (has.isPresent() && needs.isPresent() && has.getAsInt() < needs.getAsInt()) {
                throw new EngineException("train.classes", name, has.getAsInt(), data.name(), needs.getAsInt());
            }
        }
    }

    private static void regions(String family, int width, Dataset data, FineTunePlan plan) throws EngineException {
        RegionFacts facts = data.regions()
                .orElseThrow(() -> new EngineException("train.regions.none", family, data.name()));
        if (facts.width() != width) {
            throw new EngineException("train.regions.width", family, width, data.name(), facts.width());
        }
        for (String name : plan.allObjectives().keySet()) {
            if (Objective.task(name).asksRegionClasses() && facts.classes() == 0) {
                throw new EngineException("train.regions.classes", name, data.name());
            }
        }
    }

    /// A model that learns to answer calls its answers as the data set does, from the first step on and when it is kept.
    static void name(VisionLanguageModel model, Dataset data, FineTunePlan plan) {
        if (model instanceof Answers answers && plan.allObjectives().containsKey(Task.ANSWERS.plan())
                && !data.answers().isEmpty()) {
            answers.answers(data.answers());
        }
    }
}
