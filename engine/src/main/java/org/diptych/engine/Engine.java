package org.diptych.engine;

import java.nio.file.Path;
import java.util.List;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.EngineStatus;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Runs;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.api.TrainingControl;

/// Everything the program can do, in plain Java. Every method that takes time returns a [JobHandle] at once; the others are quick and safe from any
/// thread.
public final class Engine implements AutoCloseable {
    private Engine() {
    }

    /// Loads the native engine; the first start on a machine unpacks it, which takes seconds. Call it off the window's thread.
    public static Engine start(EngineOptions options) throws EngineException {
        throw new IllegalStateException();
    }

    /// @return the twelve families, oldest first
    public List<ModelCard> catalog() {
        throw new IllegalStateException();
    }

    /// @return true when this version can load the family
    public boolean implemented(String family) {
        throw new IllegalStateException();
    }

    /// @return models in memory, first loaded first
    public List<LoadedModel> loaded() {
        throw new IllegalStateException();
    }

    public JobHandle<LoadedModel> load(LoadRequest request) {
        throw new IllegalStateException();
    }

    /// @return the handle that is free again
    public JobHandle<String> unload(String handle) {
        throw new IllegalStateException();
    }

    public JobHandle<InspectResult> inspect(InspectRequest request) {
        throw new IllegalStateException();
    }

    public JobHandle<RelevanceResult> relevance(RelevanceRequest request) {
        throw new IllegalStateException();
    }

    public JobHandle<ContrastResult> contrast(ContrastRequest request) {
        throw new IllegalStateException();
    }

    /// @return what can be set of the family's plan: the committed plan that made its small weights
    public FineTunePlan plan(String family) throws EngineException {
        throw new IllegalStateException();
    }

    /// @param plan checked first; a fault in it fails the job with one clear message
    public JobHandle<TrainingControl> fineTune(FineTunePlan plan) {
        throw new IllegalStateException();
    }

    /// Goes on with a run that was interrupted, from its last checkpoint.
    public JobHandle<TrainingControl> resumeRun(String id) {
        throw new IllegalStateException();
    }

    public Runs runs() {
        throw new IllegalStateException();
    }

    public JobHandle<EvaluateResult> evaluate(EvaluateRequest request) {
        throw new IllegalStateException();
    }

    public JobHandle<Path> toybox(ToyboxRequest request) {
        throw new IllegalStateException();
    }

    /// Draws a Toybox scene; well under a millisecond at 64 pixels.
    ///
    /// @param world `aligned`, `loose` or `free`
    public Scene scene(long seed, int size, String world) {
        throw new IllegalStateException();
    }

    public JobHandle<Picture> readPicture(Path file) {
        throw new IllegalStateException();
    }

    public EngineStatus status() {
        throw new IllegalStateException();
    }

    @Override
    public void close() {
        throw new IllegalStateException();
    }
}
