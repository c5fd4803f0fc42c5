package org.diptych.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.TimingRequest;
import org.diptych.engine.api.TimingResult;
import org.diptych.engine.data.regions.RegionSources;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Stopwatch;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// One forward a piece: each model's first one is not counted, then its phases are.
final class TimingSteps implements EngineLane.Steps<TimingResult> {
    private final TimingRequest request;
    private final Shelf shelf;
    private final List<TimingResult.Row> rows = new ArrayList<>();
    private final List<Stopwatch> runs = new ArrayList<>();
    private int at;
    private boolean warm;

    TimingSteps(TimingRequest request, Shelf shelf) {
        this.request = request;
        this.shelf = shelf;
    }

    @Override
    public Optional<TimingResult> step(JobContext context) throws EngineException {
        context.checkCancelled();
        if (at < request.models().size()) {
            Shelf.Held held = shelf.get(request.models().get(at));
            Stopwatch watch = forward(held.model(), context);
            if (warm) {
                runs.add(watch);
            }
            warm = true;
            if (runs.size() == request.runs() || !watch.told()) {
                if (watch.told()) {
                    rows.add(new TimingResult.Row(held.shown().title(), median(r -> r.millis(Phase.PICTURE)),
                            median(r -> r.millis(Phase.TEXT)), median(r -> r.millis(Phase.TOGETHER)),
                            held.model() instanceof ReadsRegions));
                }
                runs.clear();
                warm = false;
                at++;
            }
        }
        context.progress(Message.of("engine.job.timing"), (long) at * (request.runs() + 1) + runs.size(),
                (long) request.models().size() * (request.runs() + 1));
        return at < request.models().size() ? Optional.empty() : Optional.of(new TimingResult(rows));
    }

    private Stopwatch forward(VisionLanguageModel model, JobContext context) throws EngineException {
        Encoded encoded = model.encode(RegionSources.sample(model, request.picture(), Optional.of(request.text()),
                Optional.of(request.regions())));
        Inputs inputs = model.batch(List.of(encoded), context.scope());
        Stopwatch watch = new Stopwatch();
        Pass pass = new Pass(false, true, watch);
        if (Asking.scores(model) && model instanceof ScoresPairs pairs) {
            pairs.scorePairs(pass, inputs, inputs).toFloatArray(); // reading the value waits for the device
        } else {
            model.forward(pass, inputs);
        }
        watch.stop();
        return watch;
    }

    private double median(ToDoubleFunction<Stopwatch> of) {
        double[] sorted = runs.stream().mapToDouble(of).sorted().toArray();
        return Arrays.stream(sorted).skip((sorted.length - 1) / 2).findFirst().orElse(0);
    }
}
