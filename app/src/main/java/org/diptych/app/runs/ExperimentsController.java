package org.diptych.app.runs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.diptych.app.fx.Fx;
import org.diptych.app.runs.ExperimentsModel.Going;
import org.diptych.app.runs.ExperimentsModel.Measured;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.PlanCopies;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;

/// Reads experiments and their results beside the window's thread, and carries them out, one at a time.
final class ExperimentsController {
    private final AppContext context;
    private final ExperimentsModel model;
    private final Consumer<Throwable> failed;

    ExperimentsController(AppContext context, ExperimentsModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
    }

    @FunctionalInterface
    private interface Read<T> {
        T read() throws EngineException, IOException;
    }

    private static <T> CompletableFuture<T> beside(Read<T> read) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return read.read();
            } catch (EngineException e) {
                throw new CompletionException(e);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// Reads the experiments that come with the program, once.
    void read() {
        if (model.experiments.isEmpty()) {
            Fx.deliver(beside(Engine::experiments), all -> {
                model.experiments.setAll(all);
                model.chosen.set(all.stream().findFirst());
            }, failed);
        }
    }

    /// Looks for what was measured of an experiment: on this machine, else with this version.
    void look(Experiment experiment) {
        if (!model.measured.containsKey(experiment.id())) {
            Path folder = folder();
            Fx.deliver(beside(() -> newest(folder, experiment)), found -> model.measured.put(experiment.id(), found),
                    failed);
        }
    }

    private static Optional<Measured> newest(Path folder, Experiment experiment) throws EngineException, IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                List<Path> own = all.filter(f -> f.getFileName().toString().matches(experiment.id() + "-\\d+"))
                        .filter(f -> Files.exists(f.resolve("result.json")))
                        .sorted(Comparator.comparing((Path f) -> f.resolve("result.json").toFile().lastModified())
                                .reversed())
                        .toList();
                if (!own.isEmpty()) {
                    return Engine.experimentResult(own.getFirst())
                            .map(r -> new Measured(r, Optional.of(own.getFirst())));
                }
            }
        }
        return Engine.experimentResult(experiment.id()).map(r -> new Measured(r, Optional.empty()));
    }

    private Path folder() {
        return context.engine().runs().folder().resolveSibling("experiments");
    }

    /// Each length has a folder of its own, since runs of different lengths cannot be compared.
    ExperimentRequest request(Experiment experiment, int steps, int seeds) {
        return new ExperimentRequest(experiment, experiment.id(), folder().resolve(experiment.id() + "-" + steps),
                steps, seeds);
    }

    void start(Experiment experiment, int steps, int seeds) {
        if (model.going.get().isPresent()) {
            return;
        }
        ExperimentRequest request = request(experiment, steps, seeds);
        ExperimentControl control = context.engine().experiment(request);
        Going going = new Going(request, control);
        model.going.set(Optional.of(going));
        JobHandle<ExperimentResult> job = context.jobs().track(control.job());
        Fx.deliver(job.result().handle((result, error) -> Optional.ofNullable(error)), error -> {
            model.going.set(Optional.empty());
            model.measured.remove(experiment.id());
            look(experiment);
            if (error.isEmpty()) {
                context.notices().info("experiments.done", experiment.title());
            } else if (job.state() == JobHandle.State.CANCELLED) {
                context.notices().info("experiments.cancelled");
            } else {
                failed.accept(Fx.cause(error.get()));
            }
        }, failed);
    }

    void cancel() {
        model.going.get().ifPresent(g -> g.control().job().cancel());
    }

    void openFolder(Path folder) {
        context.folders().accept(folder);
    }

    /// Hands a plan to the view that teaches.
    void openPlan(FineTunePlan plan) {
        try {
            context.navigator().open(Navigator.TEACH, PlanCopies.write(context, plan));
        } catch (EngineException e) {
            failed.accept(e);
        }
    }
}
