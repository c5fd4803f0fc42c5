package org.diptych.engine;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadReport;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Talk;
import org.diptych.engine.model.Converses;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.RanksAnswers;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Objective;

/// The models in memory, by handle.
final class Shelf {
    /// @param weights the scope that owns its weights
    record Held(VisionLanguageModel model, LoadedModel shown, NDManager weights) {
    }

    private final Map<String, Held> held = new LinkedHashMap<>();

    synchronized Held put(Held model) {
        held.put(model.shown().handle(), model);
        return model;
    }

    /// @throws EngineException when no model has this handle any more
    synchronized Held get(String handle) throws EngineException {
        Held model = held.get(handle);
        if (model == null) {
            throw new EngineException("engine.handle", handle);
        }
        return model;
    }

    synchronized boolean has(String handle) {
        return held.containsKey(handle);
    }

    synchronized List<LoadedModel> shown() {
        return held.values().stream().map(Held::shown).toList();
    }

    /// Frees its weights. Called on the lane.
    synchronized void remove(String handle) {
        Held model = held.remove(handle);
        if (model != null) {
            model.weights().close();
        }
    }

    static LoadedModel describe(VisionLanguageModel model, ModelCard card, String handle, String title, String origin,
            LoadedModel.Provenance provenance,
            LoadReport report) {
        return new LoadedModel(handle, card, title, origin, provenance, report, model.capabilities(),
                Asking.pairScores(model), model.methods(),
                model.imageSize(), model instanceof ReadsRegions reads ? reads.regionWidth() : 0, model.textLength(),
                parts(model), Objective.tasks(model), talk(model));
    }

    private static Talk talk(VisionLanguageModel model) {
        boolean writes = model.capabilities().contains(Capability.GENERATES);
        boolean needs = writes && ((Generates) model).needsText();
        Optional<String> mask = model.capabilities().contains(Capability.FILLS_MASKS)
                && model instanceof FillsMasks fills && fills.maskId().isPresent()
                        ? Optional.of(fills.word(fills.maskId().getAsInt()))
                        : Optional.empty();
        boolean answers = model.capabilities().contains(Capability.ANSWERS);
        boolean ranks = answers && model instanceof RanksAnswers;
        List<String> templates = writes && model instanceof Converses talks ? talks.templates() : List.of();
        return new Talk(writes && !needs, needs || !templates.isEmpty(), templates, ranks,
                answers && (!ranks || !((RanksAnswers) model).answers().isEmpty()), mask);
    }

    /// What a plan may train or freeze: every first part of a weight's name, and each numbered layer.
    private static List<String> parts(VisionLanguageModel model) {
        Set<String> out = new LinkedHashSet<>();
        for (String name : model.module().weights().keySet()) {
            String[] words = name.split("\\.");
            out.add(words[0]);
            for (int i = 1; i < words.length; i++) {
                if (words[i].matches("\\d+")) {
                    out.add(String.join(".", List.of(words).subList(0, i + 1)));
                    break;
                }
            }
        }
        return new ArrayList<>(out);
    }
}
