package org.diptych.engine.checkpoint;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
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

    /// Real files nest the weights two or three deep.
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NAME = 4096;

    static TensorFinder inPickle(Value top, Path file) throws EngineException {
        List<String> path = new ArrayList<>();
        Value here = top;
        while (path.size() < MAX_DEPTH) {
            if (!(here instanceof Dict dict)) {
                throw here instanceof Inert object
                        ? new EngineException("checkpoint.class", file, object.name())
                        : new EngineException("checkpoint.weightless", file);
            }
            Optional<String> next = wellKnown(dict);
            if (next.isEmpty()) {
                Map<String, Tensor> found = direct(dict, file);
                if (!found.isEmpty()) {
                    return new TensorFinder(path, found);
                }
                next = fullest(dict);
            }
            path.add(next.orElseThrow(() -> new EngineException("checkpoint.weightless", file)));
            here = dict.items.get(new Str(path.getLast()));
        }
        throw new EngineException("checkpoint.pickle", file, Message.of("checkpoint.detail.nested"));
    }

    private static Optional<String> wellKnown(Dict dict) {
        return WEIGHTS.stream().filter(key -> {
            Value inner = dict.items.get(new Str(key));
            return (inner instanceof Dict || inner instanceof Inert) && holdsTensors(inner, identitySet());
        }).findFirst();
    }

    /// @return the key of the dictionary that holds most tensors itself, for files whose writer chose a key of their own
    private static Optional<String> fullest(Dict dict) {
        String best = "";
        long most = 0;
        for (Map.Entry<Value, Value> item : dict.items.entrySet()) {
            if (item.getKey() instanceof Str key && item.getValue() instanceof Dict inner) {
                long tensors = inner.items.values().stream().filter(Tensor.class::isInstance).count();
                if (tensors > most) {
                    most = tensors;
                    best = key.text();
                }
            }
        }
        return most > 0 ? Optional.of(best) : Optional.empty();
    }

    private static Map<String, Tensor> direct(Dict dict, Path file) throws EngineException {
        Map<String, Tensor> out = new LinkedHashMap<>();
        Set<Value> seen = identitySet();
        for (Map.Entry<Value, Value> item : dict.items.entrySet()) {
            if (item.getKey() instanceof Str name && item.getValue() instanceof Tensor tensor) {
                out.put(name.text(), tensor);
            }
        }
        for (Value value : out.isEmpty() ? List.<Value>of() : dict.items.values()) {
            refuse(value, seen, file);
        }
        return out;
    }

    /// Among tensors an object that hides more of them would leave the model incomplete without a word.
    private static void refuse(Value value, Set<Value> seen, Path file) throws EngineException {
        if (value instanceof Inert object && holdsTensors(object, seen)) {
            throw new EngineException("checkpoint.class", file, object.name());
        }
    }

    /// A script's objects are records of the classes `__torch__.*` whose fields lead to the tensors.
    static TensorFinder inScript(Value top, Path file) throws EngineException {
        Map<String, Tensor> out = new LinkedHashMap<>();
        record Place(String prefix, Value value) {
        }
        Deque<Place> open = new ArrayDeque<>();
        Set<Value> seen = identitySet();
        open.push(new Place("", top));
        while (!open.isEmpty()) {
            Place place = open.pop();
            if (!(place.value() instanceof Inert object) || !seen.add(object)) {
                continue;
            }
            if (!object.name().startsWith("__torch__.")) {
                refuse(object, identitySet(), file); // lists of numbers are such objects too, and harmless
                continue;
            }
            if (place.prefix().length() > MAX_NAME) {
                throw new EngineException("checkpoint.pickle", file, Message.of("checkpoint.detail.nested"));
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

    private static Set<Value> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /// Without recursion, since nesting is the file's to choose.
    ///
    /// @param seen values that were searched before without finding any; shared values are so searched once
    /// @return true when a tensor or its numbers can be reached from `top`
    private static boolean holdsTensors(Value top, Set<Value> seen) {
        Deque<Value> open = new ArrayDeque<>();
        open.push(top);
        while (!open.isEmpty()) {
            Value value = open.pop();
            if (!seen.add(value)) {
                continue;
            }
            switch (value) {
                case Storage _,Tensor _ -> {
                    return true;
                }
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
                case Str _,Value.Int _,Value.Real _,Value.Bool _,Value.Raw _,Value.None _,Value.Global _ -> {
                }
            }
        }
        return false;
    }
}
