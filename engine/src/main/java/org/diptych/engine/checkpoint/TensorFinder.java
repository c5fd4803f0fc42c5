package org.diptych.engine.checkpoint;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Value.Dict;
import org.diptych.engine.checkpoint.Value.Inert;
import org.diptych.engine.checkpoint.Value.Sequence;
import org.diptych.engine.checkpoint.Value.Storage;
import org.diptych.engine.checkpoint.Value.Str;
import org.diptych.engine.checkpoint.Value.Tensor;
import org.diptych.engine.checkpoint.Value.Tuple;

/// The named tensors in an unpickled value and the keys that led to them.
record TensorFinder(List<String> path, Map<String, Tensor> tensors) {
    /// Keys under which training programs keep the weights beside optimiser state and settings, likeliest first.
    private static final List<String> WEIGHTS = List.of("state_dict", "model_state_dict", "model", "module", "net",
            "params");

    static TensorFinder inPickle(Value top, Path file) throws EngineException {
        List<String> path = new ArrayList<>();
        Value here = top;
        while (true) {
            if (!(here instanceof Dict dict)) {
                throw here instanceof Inert object
                        ? new EngineException("checkpoint.class", file, object.name())
                        : new EngineException("checkpoint.weightless", file);
            }
            String next = "";
            for (String key : WEIGHTS) {
                Value inner = dict.items.get(new Str(key));
                if (inner instanceof Dict || inner instanceof Inert object && holdsTensors(object)) {
                    next = key;
                    break;
                }
            }
            if (next.isEmpty()) {
                return new TensorFinder(path, direct(dict, file));
            }
            path.add(next);
            here = dict.items.get(new Str(next));
        }
    }

    private static Map<String, Tensor> direct(Dict dict, Path file) throws EngineException {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (Map.Entry<Value, Value> item : dict.items.entrySet()) {
            if (item.getKey() instanceof Str name) {
                if (item.getValue() instanceof Tensor tensor) {
                    out.put(name.text(), tensor);
                } else if (item.getValue() instanceof Inert object && holdsTensors(object)) {
                    throw new EngineException("checkpoint.class", file, object.name());
                }
            }
        }
        if (out.isEmpty()) {
            throw new EngineException("checkpoint.weightless", file);
        }
        return out;
    }

    /// A script's objects are records of the classes `__torch__.*` whose fields lead to the tensors.
    static TensorFinder inScript(Value top, Path file) throws EngineException {
        Map<String, Tensor> out = new LinkedHashMap<>();
        record Place(String prefix, Value value) {
        }
        Deque<Place> open = new ArrayDeque<>();
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        open.push(new Place("", top));
        while (!open.isEmpty()) {
            Place place = open.pop();
            if (!(place.value() instanceof Inert object) || !seen.add(object)) {
                continue;
            }
            if (!object.name().startsWith("__torch__.")) {
                throw new EngineException("checkpoint.class", file, object.name());
            }
            if (object.state instanceof Dict fields) {
                List<Place> inner = new ArrayList<>();
                fields.items.forEach((key, value) -> {
                    if (key instanceof Str name) {
                        if (value instanceof Tensor tensor) {
                            out.put(place.prefix() + name.text(), tensor);
                        } else if (value instanceof Inert) {
                            inner.add(new Place(place.prefix() + name.text() + ".", value));
                        }
                    }
                });
                inner.reversed().forEach(open::push);
            }
        }
        if (out.isEmpty()) {
            throw new EngineException("checkpoint.weightless", file);
        }
        return new TensorFinder(List.of(), out);
    }

    private static boolean holdsTensors(Value value) {
        return walk(value).stream().anyMatch(v -> v instanceof Tensor || v instanceof Storage);
    }

    /// @return every storage in `top`, also those that no tensor of interest uses: the legacy form needs their sizes
    static Set<Storage> storages(Value top) {
        Set<Storage> out = new LinkedHashSet<>();
        for (Value value : walk(top)) {
            if (value instanceof Storage storage) {
                out.add(storage);
            } else if (value instanceof Tensor tensor) {
                out.add(tensor.storage());
            }
        }
        return out;
    }

    /// Without recursion, since nesting is the file's to choose.
    private static Set<Value> walk(Value top) {
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Value> open = new ArrayDeque<>();
        open.push(top);
        while (!open.isEmpty()) {
            Value value = open.pop();
            if (!seen.add(value)) {
                continue;
            }
            switch (value) {
                case Tuple tuple -> tuple.items().forEach(open::push);
                case Sequence list -> list.items.forEach(open::push);
                case Dict dict -> dict.items.forEach((key, item) -> {
                    open.push(key);
                    open.push(item);
                });
                case Inert object -> {
                    object.arguments.forEach(open::push);
                    open.push(object.state);
                    open.push(object.items);
                    open.push(object.callable);
                }
                case Str _,Value.Int _,Value.Real _,Value.Bool _,Value.Raw _,Value.None _,Value.Global _,Storage _,Tensor _ ->
                    {
                    }
            }
        }
        return seen;
    }
}
