package org.diptych.engine.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/// What a step of a run costs, objective by objective, as its log tells. What several objectives of a batch need, as one picture's states, is counted with the first of them.
///
/// @param from     first of the steps that the figures are the middle of
/// @param to       last of them
/// @param drawn    true where each of these steps drew one of the objectives: the figures are then means over them, and the memory of an objective is what it holds when it is drawn
/// @param parts    one for each objective, in the plan's order
/// @param backward milliseconds of the way back and of the update
/// @param rest     milliseconds of all else: waiting for examples, letting a copy follow, writing down
public record StepCost(int from, int to, boolean drawn, List<Part> parts, double backward, double rest) {
    /// How a log's names for passes through stacks begin: `stack.mlm.copy.text_encoder_m`.
    public static final String STACK = "stack.";
    private static final String MEMORY = "mib.";
    private static final String OWN = "own";
    private static final String COPY = "copy";
    private static final int STEPS = 24;
    private static final Set<String> OTHERS = Set.of("ms.backward", "ms.examples");
    private static final Set<RunLog.Event.Kind> CHANGES = Set.of(RunLog.Event.Kind.BATCH,
            RunLog.Event.Kind.OBJECTIVES);

    /// What one objective costs.
    ///
    /// @param objective its name in plans
    /// @param forwards  passes through stacks of layers, where a part of a stack counts as that part
    /// @param ms        time of its forward pass and loss
    /// @param mib       memory that is held for the way back; nothing where it cannot be told
    /// @param stacks    its passes, stack by stack
    public record Part(String objective, double forwards, double ms, OptionalDouble mib, List<Stack> stacks) {
        public Part {
            stacks = List.copyOf(stacks);
        }

        /// @return passes through the following copy's stacks
        public double copied() {
            return stacks.stream().filter(Stack::copy).mapToDouble(Stack::passes).sum();
        }
    }

    /// @param name   as the model calls it
    /// @param copy   true for a stack of the copy that follows the model
    /// @param passes through it a step
    public record Stack(String name, boolean copy, double passes) {
    }

    public StepCost {
        parts = List.copyOf(parts);
    }

    /// @return milliseconds of a whole step
    public double ms() {
        return parts.stream().mapToDouble(Part::ms).sum() + backward + rest;
    }

    public double forwards() {
        return parts.stream().mapToDouble(Part::forwards).sum();
    }

    /// @return what is held at once; nothing where no objective tells its memory
    public OptionalDouble mib() {
        return holding().stream().mapToDouble(p -> p.mib().orElse(0)).reduce(Double::sum);
    }

    /// @return the objectives that tell their memory and hold it at once: of drawn ones that with the most
    public List<Part> holding() {
        List<Part> all = parts.stream().filter(p -> p.mib().isPresent()).toList();
        return drawn
                ? all.stream().max(Comparator.comparingDouble(p -> p.mib().orElse(0))).map(List::of).orElse(List.of())
                : all;
    }

    /// The name under which a log tells passes through a stack.
    public static String stack(String objective, boolean copy, String name) {
        return STACK + objective + "." + (copy ? COPY : OWN) + "." + name;
    }

    /// @return the middle of a run's newest steps, as one that was slow for another reason says nothing; nothing before the first step
    public static Optional<StepCost> of(RunLog log) {
        FineTunePlan plan = log.header().plan();
        boolean drawn = plan.lessons().one();
        int steps = drawn ? STEPS * plan.allObjectives().size() : STEPS;
        // an evaluation has a row of its own, and passes are told every so many steps only
        List<RunLog.Row> rows = log.since(Math.max(0, log.size() - 2 * steps)).stream()
                .filter(r -> r.values().containsKey("pairs_per_second")).toList();
        rows = rows.subList(Math.max(0, rows.size() - steps), rows.size());
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        int last = rows.getLast().step();
        int since = log.events().stream().filter(e -> CHANGES.contains(e.event()) && e.step() <= last)
                .mapToInt(RunLog.Event::step).max().orElse(0);
        rows = rows.stream().filter(r -> r.step() >= since).toList(); // what was learnt otherwise cost otherwise
        Map<String, Double> figures = new TreeMap<>();
        for (RunLog.Row row : rows) {
            for (String name : row.values().keySet()) {
                if (!figures.containsKey(name)) {
                    figures.put(name, drawn && !name.startsWith(MEMORY) ? mean(rows, name) : middle(rows, name));
                }
            }
        }
        List<Part> parts = new ArrayList<>();
        Set<String> objectives = new LinkedHashSet<>(plan.objectives().keySet());
        figures.keySet().stream().filter(n -> n.startsWith("ms.") && !OTHERS.contains(n)).map(n -> n.substring(3))
                .forEach(objectives::add); // what a later stage has, or a person added
        for (String objective : objectives) {
            if (figures.containsKey("ms." + objective)) {
                parts.add(part(objective, figures, rows, drawn));
            }
        }
        double backward = figures.getOrDefault("ms.backward", 0.0);
        double known = parts.stream().mapToDouble(Part::ms).sum() + backward;
        double whole = drawn
                ? rows.stream().mapToDouble(r -> 1000 * log.batch(last) / r.values().get("pairs_per_second")).average()
                        .orElseThrow()
                : 1000 * log.batch(last) / figures.get("pairs_per_second");
        return Optional.of(new StepCost(rows.getFirst().step(), rows.getLast().step(), drawn, parts, backward,
                Math.max(0, whole - known)));
    }

    private static Part part(String objective, Map<String, Double> figures, List<RunLog.Row> rows, boolean drawn) {
        double often = drawn
                ? (double) rows.stream().filter(r -> r.values().containsKey("ms." + objective)).count() / rows.size()
                : 1;
        Map<String, Stack> stacks = new LinkedHashMap<>();
        for (RunLog.Row row : rows) { // a row keeps the order in which they ran
            row.values().forEach((name, passes) -> {
                for (boolean copy : new boolean[]{false, true}) {
                    String start = stack(objective, copy, "");
                    if (name.startsWith(start)) {
                        stacks.put(name, new Stack(name.substring(start.length()), copy, often * passes));
                    }
                }
            });
        }
        return new Part(objective, figures.getOrDefault("forwards." + objective, 0.0), figures.get("ms." + objective),
                figures.containsKey(MEMORY + objective)
                        ? OptionalDouble.of(figures.get(MEMORY + objective))
                        : OptionalDouble.empty(),
                List.copyOf(stacks.values()));
    }

    private static double mean(List<RunLog.Row> rows, String name) {
        return rows.stream().mapToDouble(r -> r.values().getOrDefault(name, 0.0)).sum() / rows.size();
    }

    private static double middle(List<RunLog.Row> rows, String name) {
        double[] values = rows.stream().map(r -> r.values().get(name)).filter(v -> v != null)
                .mapToDouble(Double::doubleValue).sorted().toArray();
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
