package org.diptych.engine.model;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A tree of named weights. Shapes are known at construction; each leaf has its own typed `apply(Pass, ...)`. This stands in the place of DJL's `Block`, whose
/// one untyped `forward(NDList)` and lazy shapes fit neither cross-attention nor probes.
public abstract class Module {
    private final List<Child> children = new ArrayList<>();
    private record Child(String name, Module module) {
    }

    private final Map<String, Weight> own = new LinkedHashMap<>();

    /// @return `module`, now reachable under `name`, which may hold dots (`encoder.layers.0`) or be empty: then its weights stand beside this module's own
    protected final <M extends Module> M child(String name, M module) {
        children.add(new Child(name, module));
        return module;
    }

    protected final Weight weight(String name, long... shape) {
        return tie(name, new Weight(new Shape(shape), true));
    }

    /// A tensor that belongs to the model but is not trained.
    protected final Weight buffer(String name, long... shape) {
        return tie(name, new Weight(new Shape(shape), false));
    }

    /// Puts another module's weight here too.
    protected final Weight tie(String name, Weight weight) {
        own.put(name, weight);
        return weight;
    }

    /// Takes a weight of this module's own away again.
    protected final void drop(String name) {
        own.remove(name);
    }

    /// @return every module below this one under its full dotted name, in the order of construction; a shared one stands under its first name only
    public final Map<String, Module> modules() {
        Map<String, Module> all = new LinkedHashMap<>();
        gather("", all, new IdentityHashMap<>());
        return all;
    }

    private void gather(String prefix, Map<String, Module> all, IdentityHashMap<Module, Boolean> seen) {
        children.forEach(child -> {
            String name = child.name.isEmpty() ? prefix : prefix + child.name;
            if (seen.put(child.module, true) == null) {
                all.put(name, child.module);
                child.module.gather(child.name.isEmpty() ? prefix : name + ".", all, seen);
            }
        });
    }

    /// @return every weight under its full dotted name, in the order of construction; a tied weight stands under its first name only
    public final Map<String, Weight> weights() {
        Map<String, Weight> all = new LinkedHashMap<>();
        collect("", all, new IdentityHashMap<>());
        return all;
    }

    private void collect(String prefix, Map<String, Weight> all, IdentityHashMap<Weight, Boolean> seen) {
        own.forEach((name, weight) -> {
            if (seen.put(weight, true) == null) {
                all.put(prefix + name, weight);
            }
        });
        children.forEach(child -> child.module
                .collect(child.name.isEmpty() ? prefix : prefix + child.name + ".", all, seen));
    }
}
