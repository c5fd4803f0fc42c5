package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;

/// A question that training answers: the same lesson taught in two or more ways ("arms") that differ in nothing but what is asked about. Its words stand in the
/// texts under its id: title, question, what the paper leads to expect, and where the paper says so.
///
/// @param id       short name
/// @param steps    optimiser steps of an arm that says nothing else, when nobody asks for another length
/// @param seeds    how often each arm is run, with another seed each time, when nobody asks otherwise
/// @param sources  pairs that are made for the arms, each before the first arm that learns from them
/// @param arms     two at least
/// @param measures what is compared, the most telling first
/// @param curves   names of logged values to draw
/// @param claims   what the paper leads to expect of the measures
public record Experiment(String id, int steps, int seeds, List<Source> sources, List<Arm> arms,
        List<Measure> measures, List<String> curves, List<Claim> claims) {
    /// How many numbers learn.
    public static final String PARAMETERS = "spent.parameters";
    /// Median time of a step, waiting for its examples included.
    public static final String MILLISECONDS = "spent.ms";
    /// Median memory that a step holds for its way back.
    public static final String MEBIBYTES = "spent.mib";

    /// In a plan's `startFrom`: the weights of that arm, run with the same seed.
    public static final String FROM_ARM = "arm:";
    /// In a plan's `data.source`: those pairs, of the same seed where seeds change them.
    public static final String FROM_SOURCE = "set:";

    public Experiment {
        sources = List.copyOf(sources);
        arms = List.copyOf(arms);
        measures = List.copyOf(measures);
        curves = List.copyOf(curves);
        claims = List.copyOf(claims);
    }

    /// One of the ways that are compared.
    ///
    /// @param id   short name within the experiment
    /// @param base name of the committed plan that it changes
    /// @param plan the whole of it, at the experiment's own length
    public record Arm(String id, String base, FineTunePlan plan) {
        /// @return the arms whose weights it takes over
        public List<String> follows() {
            return plan.startFrom().keySet().stream().filter(k -> k.startsWith(FROM_ARM))
                    .map(k -> k.substring(FROM_ARM.length())).toList();
        }

        /// @return the pairs, made by the experiment, that it learns from
        public Optional<String> learnsFrom() {
            String source = plan.data().source();
            return source.startsWith(FROM_SOURCE)
                    ? Optional.of(source.substring(FROM_SOURCE.length()))
                    : Optional.empty();
        }
    }

    /// Pairs that an experiment makes. They lie in a folder of their own, and what is kept of them for validation is beyond doubt.
    public sealed interface Source {
        /// @return short name within the experiment
        String id();
    }

    /// Toybox pairs; the same for every seed.
    ///
    /// @param data  of a plan that would draw them while it learns
    /// @param first number of the first scene among those for learning, so that no other part of the experiment has seen it
    public record Drawn(String id, FineTunePlan.Data data, int first) implements Source {
    }

    /// What captioning and filtering makes of drawn pairs (Li et al. 2022, section 4). Captioner and filter are taught first, with each seed anew.
    ///
    /// @param pairs     drawn before
    /// @param captioner teaches the model that writes
    /// @param filter    teaches the model that decides
    /// @param topP      as in [CapFiltRequest], like what follows
    public record Cleaned(String id, String pairs, Arm captioner, Arm filter, double topP, int least, int most,
            double threshold) implements Source {
    }

    /// @param value  a name in the runs' logs, of which the last value counts, or one of the costs
    /// @param higher true when more is better
    public record Measure(String value, boolean higher) {
        /// @return true for what a run takes rather than reaches
        public boolean cost() {
            return value.startsWith("spent.");
        }
    }

    public enum Relation {
        /// The arm is better than the other.
        BETTER,
        /// The arm is not worse than the other.
        AT_LEAST
    }

    /// @param measure one of the measures
    /// @param arm     of which more is expected
    /// @param against the arm that it is held against
    public record Claim(String measure, String arm, String against, Relation relation) {
    }

    public Optional<Arm> arm(String name) {
        return arms.stream().filter(a -> a.id().equals(name)).findFirst();
    }

    public Optional<Source> source(String name) {
        return sources.stream().filter(s -> s.id().equals(name)).findFirst();
    }

    public Optional<Measure> measure(String name) {
        return measures.stream().filter(m -> m.value().equals(name)).findFirst();
    }

    /// @param length steps of an arm that says nothing else; the others keep their proportion
    /// @param number of the repetition, from 0
    /// @return the plan that is carried out, of a step at least for each of its stages
    public FineTunePlan plan(Arm arm, int length, int number) {
        FineTunePlan own = arm.plan();
        int least = Math.max(1, own.stages().size());
        int count = (int) Math.max(least, Math.round((double) own.steps() * length / steps));
        return own.stretched(count).withSeed(own.seed() + number);
    }

    /// @param part `title`, `question`, `expects` or `source`
    /// @return its words; nothing for an experiment of one's own, whose id no text is written about
    public Optional<Message> says(String part) {
        String key = "experiments." + id + "." + part;
        return Texts.ENGLISH.has(key) ? Optional.of(Message.of(key)) : Optional.empty();
    }

    /// @return the title, or the id where there is none
    public Message title() {
        return says("title").orElseGet(() -> Message.of("experiments.plain", id));
    }

    /// @return what an arm is called
    public Message label(String arm) {
        return says("arm." + arm).orElseGet(() -> Message.of("experiments.plain", arm));
    }
}
