package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    /// A matrix that the file holds the other way round.
    public record Transpose(Pattern from, String to) implements Rule {
    }

    /// A tensor the model has no use for, and why.
    public record Drop(Pattern from, String reason) implements Rule {
    }

    /// How one of the model's tensors is made from the file's.
    ///
    /// @param source file's name
    /// @param piece  which of `pieces` equal parts along `axis`
    public record Recipe(String source, int piece, int pieces, int axis, boolean transposed) {
        /// @return (our shape) the shape that a file's shape gives
        public long[] shape(long[] from) {
            long[] out = from.clone();
            if (pieces > 1) {
                out[axis] /= pieces;
            }
            if (transposed) {
                long swap = out[0];
                out[0] = out[1];
                out[1] = swap;
            }
            return out;
        }

        /// @return the tensor for the model, attached to `source`'s manager; the same array when nothing has to change
        public NDArray apply(NDArray tensor) {
            NDArray out = tensor;
            if (pieces > 1) {
                out = out.split(pieces, axis).get(piece);
            }
            return transposed ? out.transpose(1, 0) : out;
        }

        public boolean asItIs() {
            return pieces == 1 && !transposed;
        }
    }

    /// What a map makes of a set of names.
    ///
    /// @param recipes model's name -> how to make it
    /// @param dropped file's name -> why it is not needed
    public record Plan(Map<String, Recipe> recipes, Map<String, String> dropped) {
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

    public static Split split(String from, int axis, String... to) {
        return new Split(Pattern.compile(from), List.of(to), axis);
    }

    public static Transpose transpose(String from, String to) {
        return new Transpose(Pattern.compile(from), to);
    }

    public static Drop drop(String from, String reason) {
        return new Drop(Pattern.compile(from), reason);
    }

    /// @throws IllegalArgumentException when two tensors of the file would become the same tensor of the model
    public Plan plan(Set<String> names) {
        Map<String, Recipe> recipes = new LinkedHashMap<>();
        Map<String, String> dropped = new LinkedHashMap<>();
        for (String name : names) {
            Map<String, Recipe> made = apply(name, dropped);
            made.forEach((target, recipe) -> {
                Recipe before = recipes.put(target, recipe);
                if (before != null) {
                    throw new IllegalArgumentException(
                            before.source() + " and " + recipe.source() + " both become " + target);
                }
            });
        }
        return new Plan(recipes, dropped);
    }

    private Map<String, Recipe> apply(String name, Map<String, String> dropped) {
        for (Rule rule : rules) {
            switch (rule) {
                case Rename(Pattern from, String to) when from.matcher(name).matches() -> {
                    return Map.of(fill(from, name, to), new Recipe(name, 0, 1, 0, false));
                }
                case Transpose(Pattern from, String to) when from.matcher(name).matches() -> {
                    return Map.of(fill(from, name, to), new Recipe(name, 0, 1, 0, true));
                }
                case Split(Pattern from, List<String> to, int axis) when from.matcher(name).matches() -> {
                    Map<String, Recipe> pieces = new LinkedHashMap<>();
                    for (int i = 0; i < to.size(); i++) {
                        pieces.put(fill(from, name, to.get(i)), new Recipe(name, i, to.size(), axis, false));
                    }
                    return pieces;
                }
                case Drop(Pattern from, String reason) when from.matcher(name).matches() -> {
                    dropped.put(name, reason);
                    return Map.of();
                }
                case Rename _,Transpose _,Split _,Drop _ -> {
                }
            }
        }
        return Map.of(name, new Recipe(name, 0, 1, 0, false));
    }

    private static String fill(Pattern from, String name, String to) {
        Matcher matcher = from.matcher(name);
        return matcher.replaceFirst(to);
    }

    /// Applies the map to tensors that are already read.
    ///
    /// @param tensors file's name -> tensor
    /// @return model's name -> tensor
    public Map<String, NDArray> apply(Map<String, NDArray> tensors) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        plan(tensors.keySet()).recipes()
                .forEach((name, recipe) -> out.put(name, recipe.apply(tensors.get(recipe.source()))));
        return out;
    }
}
