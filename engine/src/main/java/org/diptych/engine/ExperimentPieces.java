package org.diptych.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.pipeline.MadeSet;
import org.diptych.engine.train.RunFolder;

/// What an experiment does, in which order and where. All arms get their first seed before any gets its second, so that a first comparison comes early; what an arm learns from is made right
/// before the first arm that does, since then curves are seen sooner.
final class ExperimentPieces {
    /// Pairs that are drawn, or whose captions are decided about, in as much time as a step takes, roughly.
    private static final int PAIRS_A_STEP = 32;

    /// One after the other.
    sealed interface Piece {
        /// @return what a person calls it
        Message label();

        /// @return of the repetition, from 0
        int number();

        /// @return its share of the whole, in optimiser steps
        long steps();
    }

    /// A run.
    ///
    /// @param arm    that it is a run of; empty for one that is only needed to make pairs
    /// @param asked  as the experiment has it, with its own names for what it makes
    /// @param plan   the same with folders
    /// @param wanted true when its weights are kept for what comes later
    record Taught(Message label, int number, Optional<String> arm, FineTunePlan asked, FineTunePlan plan,
            RunFolder folder, boolean wanted) implements Piece {
        @Override
        public long steps() {
            return plan.steps();
        }

        Path kept() {
            return ExperimentPieces.kept(folder);
        }
    }

    /// Pairs.
    ///
    /// @param from      what is cleaned; nothing for drawn pairs
    /// @param captioner the run whose weights write
    /// @param filter    the run whose weights decide
    record Made(Message label, int number, long steps, Experiment.Source source, MadeSet set, Optional<Cleaning> from,
            long seed) implements Piece {
        record Cleaning(MadeSet pairs, Path captioner, Path filter) {
        }
    }

    private final ExperimentRequest request;
    private final Experiment experiment;
    private final List<Piece> pieces = new ArrayList<>();
    private final Set<Path> planned = new HashSet<>();

    private ExperimentPieces(ExperimentRequest request) {
        this.request = request;
        experiment = request.experiment();
    }

    static List<Piece> of(ExperimentRequest request) {
        ExperimentPieces all = new ExperimentPieces(request);
        for (int number = 0; number < request.seeds(); number++) {
            for (Experiment.Arm arm : all.experiment.arms()) {
                all.arm(arm, number);
            }
        }
        return List.copyOf(all.pieces);
    }

    /// @return an arm's plan as it is carried out first, with the folders of what it takes over and learns from
    static FineTunePlan plan(ExperimentRequest request, Experiment.Arm arm) {
        ExperimentPieces all = new ExperimentPieces(request);
        FineTunePlan plan = request.experiment().plan(arm, request.steps(), 0);
        return plan.withSources(from -> all.place(from, plan.seed()));
    }

    private void arm(Experiment.Arm arm, int number) {
        FineTunePlan asked = experiment.plan(arm, request.steps(), number);
        arm.learnsFrom().flatMap(experiment::source).ifPresent(source -> make(source, number, asked.seed()));
        taught(experiment.label(arm.id()), number, Optional.of(arm.id()), asked, folder(arm.id(), asked.seed()));
    }

    private void taught(Message label, int number, Optional<String> arm, FineTunePlan plan, Path folder) {
        FineTunePlan asked = plan.withMoments(FineTunePlan.Watch.NONE); // arms are held against one another by time too
        boolean wanted = arm.isEmpty() || experiment.arms().stream().anyMatch(a -> a.follows().contains(arm.get()));
        pieces.add(new Taught(label, number, arm, asked, asked.withSources(from -> place(from, asked.seed())),
                new RunFolder(folder), wanted));
    }

    /// Unless an arm before needs the same pairs.
    private void make(Experiment.Source source, int number, long seed) {
        MadeSet set = set(source, seed);
        if (!planned.add(set.folder())) {
            return;
        }
        switch (source) {
            case Experiment.Drawn drawn -> pieces.add(new Made(Message.of("experiments.set.drawn"), number,
                    steps(MadeSet.total(drawn)), drawn, set, Optional.empty(), seed));
            case Experiment.Cleaned cleaned -> {
                Experiment.Drawn drawn = (Experiment.Drawn) experiment.source(cleaned.pairs()).orElseThrow();
                make(drawn, number, seed);
                Path captioner = teach(cleaned, cleaned.captioner(), number, seed);
                Path filter = teach(cleaned, cleaned.filter(), number, seed);
                pieces.add(new Made(Message.of("experiments.set.cleaned"), number, steps(drawn.data().train()),
                        cleaned, set, Optional.of(new Made.Cleaning(set(drawn, seed), captioner, filter)), seed));
            }
        }
    }

    /// @return where its weights will be
    private Path teach(Experiment.Cleaned cleaned, Experiment.Arm part, int number, long seed) {
        Path folder = sets().resolve(cleaned.id() + "-" + part.id() + "-" + seed);
        taught(Message.of("experiments.set." + part.id()), number, Optional.empty(),
                experiment.plan(part, request.steps(), number).withSeed(seed), folder);
        return kept(new RunFolder(folder));
    }

    private static long steps(long pairs) {
        return Math.ceilDiv(pairs, PAIRS_A_STEP);
    }

    private Path folder(String arm, long seed) {
        return request.out().toAbsolutePath().resolve(experiment.id() + "-" + arm + "-" + seed);
    }

    private Path sets() {
        return request.out().toAbsolutePath().resolve("sets");
    }

    private MadeSet set(Experiment.Source source, long seed) {
        return new MadeSet(sets().resolve(switch (source) {
            case Experiment.Drawn drawn -> drawn.id();
            case Experiment.Cleaned cleaned -> cleaned.id() + "-" + seed;
        }));
    }

    /// @param name as a plan has it: of something that the experiment makes, or of anything else
    private String place(String name, long seed) {
        if (name.startsWith(Experiment.FROM_ARM)) {
            return kept(new RunFolder(folder(name.substring(Experiment.FROM_ARM.length()), seed))).toString();
        }
        if (name.startsWith(Experiment.FROM_SOURCE)) {
            return set(experiment.source(name.substring(Experiment.FROM_SOURCE.length())).orElseThrow(), seed).set()
                    .toString();
        }
        return name;
    }

    private static Path kept(RunFolder folder) {
        return folder.path().resolve("model");
    }
}
