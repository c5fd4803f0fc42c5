package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.diptych.engine.api.Message;
import org.diptych.engine.checkpoint.Recipe.Piece;
import org.diptych.engine.checkpoint.Recipe.Regrid;
import org.diptych.engine.checkpoint.Recipe.Stack;
import org.diptych.engine.checkpoint.Recipe.Step;
import org.diptych.engine.checkpoint.Recipe.Turn;

/// From a file's tensor names to a model's, as an ordered list of rules: the first rule that fits a name decides. Names that no rule fits stay as they are, so a map
/// applied to its own result changes nothing. A map also works on a part of a checkpoint (the gradients of some tensors, say).
public final class NameMap {
    /// A rule; patterns must match a name whole.
    public sealed interface Rule {
    }

    /// @param to replacement with `$1` groups
    public record Rename(Pattern from, String to) implements Rule {
    }

    /// One tensor becomes several equal pieces along an axis (stacked q, k, v).
    public record Split(Pattern from, List<String> to, int axis) implements Rule {
    }

    /// Several tensors become one, stacked along an axis in the order of the patterns; all of them have to be there.
    public record Join(List<Pattern> from, String to, int axis) implements Rule {
    }

    /// A matrix that the file holds the other way round.
    public record Transpose(Pattern from, String to) implements Rule {
    }

    /// A table of positions under its name in the *model*, whichever rule gave that name, brought to the model's grid.
    public record ResizePositions(Pattern name, PositionGrid grid) implements Rule {
    }

    /// A table, under its name in the *model*, of which the file has the first rows only: the others start at zero, as the model's own code adds them.
    public record Grow(Pattern name, int from, int to) implements Rule {
    }

    /// A tensor the model has no use for, and why, as the load report says it to a person.
    public record Drop(Pattern from, Message reason) implements Rule {
    }

    /// A second name of a tensor that the model holds once. Where the file has both, the two have to be equal.
    public record Tie(Pattern alias, String to) implements Rule {
    }

    /// A second name under which a tensor stands in the result too, whichever rule gave it the first: how a reference's files have what its code ties.
    public record Again(Pattern name, String to) implements Rule {
    }

    /// The numbers of a table's rows, (1, rows), which stand in the result beside the table: a buffer that a reference's files have, and from which nothing is learnt.
    public record Numbers(Pattern name, String to) implements Rule {
    }

    /// What a map makes of a set of names.
    ///
    /// @param recipes  model's name -> how to make it
    /// @param dropped  file's name -> why it is not needed
    /// @param tied     file's name -> model's name of the tensor that it has to equal
    /// @param unusable file's names that a rule wants and cannot use: a part of a join whose other parts are not there, a second source of one tensor
    public record Plan(Map<String, Recipe> recipes, Map<String, Message> dropped, Map<String, String> tied,
            List<String> unusable) {
    }

    private final List<Rule> rules;

    private NameMap(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    public static NameMap of(Rule... rules) {
        return new NameMap(List.of(rules));
    }

    public static NameMap of(List<Rule> rules) {
        return new NameMap(rules);
    }

    public static Rename rename(String from, String to) {
        return new Rename(Pattern.compile(from), to);
    }

    /// @param to names of the equal parts; an empty one is of no use and left out
    public static Split split(String from, int axis, String... to) {
        return new Split(Pattern.compile(from), List.of(to), axis);
    }

    public static Join join(String to, int axis, String... from) {
        return new Join(List.of(from).stream().map(Pattern::compile).toList(), to, axis);
    }

    public static Transpose transpose(String from, String to) {
        return new Transpose(Pattern.compile(from), to);
    }

    public static ResizePositions resizePositions(String name, int prefix, int rows, int cols) {
        return new ResizePositions(Pattern.compile(name), new PositionGrid(prefix, rows, cols));
    }

    /// @param from rows of the file's table
    /// @param to   rows of the model's
    public static Grow grow(String name, int from, int to) {
        return new Grow(Pattern.compile(name), from, to);
    }

    /// @param reason key of a text, `checkpoint.drop.positions` for example
    public static Drop drop(String from, String reason) {
        return new Drop(Pattern.compile(from), Message.of(reason));
    }

    public static Tie tie(String alias, String to) {
        return new Tie(Pattern.compile(alias), to);
    }

    public static Again again(String name, String to) {
        return new Again(Pattern.compile(name), to);
    }

    public static Numbers numbers(String name, String to) {
        return new Numbers(Pattern.compile(name), to);
    }

    /// Of every table of positions as Hugging Face names it.
    public static Numbers numbers() {
        return numbers("(.*)\\.position_embeddings?\\.weight", "$1.position_ids");
    }

    public Plan plan(Set<String> names) {
        return new Planner(rules).plan(names);
    }

    /// Applies the map to tensors that are already read.
    ///
    /// @param tensors file's name -> tensor
    /// @return model's name -> tensor
    public Map<String, NDArray> apply(Map<String, NDArray> tensors) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        plan(tensors.keySet()).recipes().forEach(
                (name, recipe) -> out.put(name, recipe.apply(recipe.sources().stream().map(tensors::get).toList())));
        return out;
    }

    /// One pass over a set of names.
    private static final class Planner {
        private final List<Rule> rules;
        private final Map<String, Recipe> recipes = new LinkedHashMap<>();
        private final Map<String, Message> dropped = new LinkedHashMap<>();
        private final Map<String, String> aliases = new LinkedHashMap<>();
        private final Map<String, String[]> joins = new LinkedHashMap<>();
        private final Map<String, Integer> axes = new LinkedHashMap<>();
        private final List<String> unusable = new ArrayList<>();

        Planner(List<Rule> rules) {
            this.rules = rules;
        }

        Plan plan(Set<String> names) {
            names.forEach(this::place);
            joins.forEach(this::join);
            Map<String, String> tied = new LinkedHashMap<>();
            aliases.forEach((alias, target) -> {
                if (recipes.containsKey(target)) {
                    tied.put(alias, target);
                } else {
                    make(target, alias);
                }
            });
            return new Plan(recipes, dropped, tied, unusable);
        }

        private void place(String name) {
            for (Rule rule : rules) {
                if (fits(rule, name)) {
                    return;
                }
            }
            make(name, name);
        }

        private boolean fits(Rule rule, String name) {
            return switch (rule) {
                case Rename(Pattern from, String to) when from.matcher(name).matches() ->
                    make(fill(from, name, to), name);
                case Transpose(Pattern from, String to) when from.matcher(name).matches() ->
                    make(fill(from, name, to), name, new Turn());
                case Split(Pattern from, List<String> to, int axis) when from.matcher(name).matches() -> {
                    for (int i = 0; i < to.size(); i++) {
                        if (!to.get(i).isEmpty()) {
                            make(fill(from, name, to.get(i)), name, new Piece(i, to.size(), axis));
                        }
                    }
                    yield true;
                }
                case Join(List<Pattern> from, String to, int axis) -> part(from, to, axis, name);
                case Drop(Pattern from, Message reason) when from.matcher(name).matches() -> {
                    dropped.put(name, reason);
                    yield true;
                }
                case Tie(Pattern alias, String to) when alias.matcher(name).matches() -> {
                    aliases.put(name, fill(alias, name, to));
                    yield true;
                }
                case Rename _,Transpose _,Split _,Drop _,Tie _,ResizePositions _,Grow _,Again _,Numbers _ -> false;
            };
        }

        private boolean part(List<Pattern> from, String to, int axis, String name) {
            for (int i = 0; i < from.size(); i++) {
                if (from.get(i).matcher(name).matches()) {
                    String target = fill(from.get(i), name, to);
                    joins.computeIfAbsent(target, _ -> new String[from.size()])[i] = name;
                    axes.put(target, axis);
                    return true;
                }
            }
            return false;
        }

        private void join(String target, String[] parts) {
            List<String> there = java.util.Arrays.stream(parts).filter(java.util.Objects::nonNull).toList();
            if (there.size() == parts.length) {
                put(target, new Recipe(there, List.of(new Stack(axes.get(target)))));
            } else {
                unusable.addAll(there);
            }
        }

        private boolean make(String target, String source, Step... steps) {
            put(target, new Recipe(List.of(source), List.of(steps)));
            return true;
        }

        private void put(String target, Recipe recipe) {
            Recipe whole = recipe;
            for (Rule rule : rules) {
                if (rule instanceof ResizePositions(Pattern name, PositionGrid grid)
                        && name.matcher(target).matches()) {
                    whole = recipe.then(new Regrid(grid));
                } else if (rule instanceof Grow(Pattern name, int from, int to) && name.matcher(target).matches()) {
                    whole = recipe.then(new Recipe.Longer(from, to));
                }
            }
            if (recipes.putIfAbsent(target, whole) != null) {
                unusable.addAll(recipe.sources());
                return;
            }
            for (Rule rule : rules) {
                if (rule instanceof Again(Pattern name, String to) && name.matcher(target).matches()) {
                    recipes.put(fill(name, target, to), whole);
                } else if (rule instanceof Numbers(Pattern name, String to) && name.matcher(target).matches()) {
                    recipes.put(fill(name, target, to), whole.then(new Recipe.Numbers()));
                }
            }
        }

        private static String fill(Pattern from, String name, String to) {
            return from.matcher(name).replaceFirst(to);
        }
    }
}
