package org.diptych.engine.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.checkpoint.Value.Dict;
import org.diptych.engine.checkpoint.Value.Global;
import org.diptych.engine.checkpoint.Value.Inert;
import org.diptych.engine.checkpoint.Value.Int;
import org.diptych.engine.checkpoint.Value.Sequence;
import org.diptych.engine.checkpoint.Value.Storage;
import org.diptych.engine.checkpoint.Value.Str;
import org.diptych.engine.checkpoint.Value.Tensor;
import org.diptych.engine.checkpoint.Value.Tuple;

/// The closed set of names in a torch pickle that mean something: storages, the functions that describe a tensor, and the ordered dictionary.
final class TorchTypes {
    private static final Map<String, DType> STORAGES = Map.of("DoubleStorage", DType.F64, "FloatStorage", DType.F32,
            "HalfStorage", DType.F16,
            "BFloat16Storage", DType.BF16, "LongStorage", DType.I64, "IntStorage", DType.I32, "ShortStorage", DType.I16,
            "CharStorage", DType.I8,
            "ByteStorage", DType.U8, "BoolStorage", DType.BOOL);

    private static final Set<String> FUNCTIONS = Set.of("collections.OrderedDict", "torch._utils._rebuild_tensor_v2",
            "torch._utils._rebuild_tensor", "torch._utils._rebuild_parameter",
            "torch._utils._rebuild_parameter_with_state", "torch.nn.parameter.Parameter", "torch.Size");
    private static final int MAX_RANK = 16;

    private TorchTypes() {
    }

    /// @return true for a name that means something here; all others are kept and not called
    static boolean known(Global global) {
        return FUNCTIONS.contains(global.full()) || storageType(global).isPresent();
    }

    private static Optional<DType> storageType(Global global) {
        return global.module().equals("torch") || global.module().equals("torch.storage")
                ? Optional.ofNullable(STORAGES.get(global.name()))
                : Optional.empty();
    }

    /// @param id the persistent id `('storage', type, key, location, size[, view])`
    static Storage storage(Value id, Path file) throws EngineException {
        if (!(id instanceof Tuple tuple) || tuple.items().size() < 5
                || !new Str("storage").equals(tuple.items().getFirst())) {
            throw damaged(file, "checkpoint.detail.storage");
        }
        List<Value> items = tuple.items();
        if (!(items.get(1) instanceof Global type) || !(items.get(2) instanceof Str key)
                || !(items.get(4) instanceof Int size)) {
            throw damaged(file, "checkpoint.detail.storage");
        }
        DType known = storageType(type)
                .orElseThrow(() -> new EngineException("checkpoint.dtype", file, key.text(), type.full()));
        if (items.size() > 5 && !(items.get(5) instanceof Value.None)) {
            throw damaged(file, "checkpoint.detail.view");
        }
        return new Storage(key.text(), known, longOf(size, file));
    }

    private static EngineException damaged(Path file, String detail) {
        return new EngineException("checkpoint.pickle", file, Message.of(detail));
    }

    /// @return what the call describes, or an [Inert] record of it
    static Value build(Value callable, List<Value> arguments, Path file) throws EngineException {
        if (callable instanceof Global global) {
            return switch (global.full()) {
                case "collections.OrderedDict" -> orderedDict(arguments, file);
                case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor" -> tensor(arguments, file);
                case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
                        "torch.nn.parameter.Parameter" ->
                    first(arguments, callable);
                case "torch.Size" -> new Tuple(arguments.isEmpty() ? List.of() : items(arguments.getFirst(), file));
                default -> new Inert(callable, arguments);
            };
        }
        return new Inert(callable, arguments);
    }

    private static Value first(List<Value> arguments, Value callable) {
        return !arguments.isEmpty() && arguments.getFirst() instanceof Tensor tensor
                ? tensor
                : new Inert(callable, arguments);
    }

    private static Dict orderedDict(List<Value> arguments, Path file) throws EngineException {
        Dict made = new Dict();
        if (!arguments.isEmpty()) {
            if (!(arguments.getFirst() instanceof Sequence pairs)) {
                throw damaged(file, "checkpoint.detail.pairs");
            }
            for (Value pair : pairs.items) {
                List<Value> two = items(pair, file);
                if (two.size() != 2) {
                    throw damaged(file, "checkpoint.detail.pairs");
                }
                made.items.put(two.get(0), two.get(1));
            }
        }
        return made;
    }

    private static Tensor tensor(List<Value> arguments, Path file) throws EngineException {
        if (arguments.size() < 4 || !(arguments.getFirst() instanceof Storage storage)) {
            throw damaged(file, "checkpoint.detail.tensor");
        }
        long offset = longOf(arguments.get(1), file);
        long[] shape = longs(arguments.get(2), file);
        long[] stride = longs(arguments.get(3), file);
        check(storage, offset, shape, stride, file);
        return new Tensor(storage, offset, shape, stride);
    }

    private static void check(Storage storage, long offset, long[] shape, long[] stride, Path file)
            throws EngineException {
        boolean sound = shape.length == stride.length && shape.length <= MAX_RANK && offset >= 0 && storage.size() >= 0;
        try {
            long last = offset;
            boolean empty = false;
            for (int d = 0; d < shape.length && sound; d++) {
                sound = shape[d] >= 0 && stride[d] >= 0;
                empty |= shape[d] == 0;
                last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[d] - 1), stride[d]));
            }
            new Entry(storage.type(), shape).size();
            sound &= empty || last < storage.size();
        } catch (ArithmeticException e) {
            throw new EngineException(e, "checkpoint.shape", file, storage.key(),
                    new Entry(storage.type(), shape).toString());
        }
        if (!sound) {
            throw new EngineException("checkpoint.shape", file, storage.key(),
                    new Entry(storage.type(), shape).toString());
        }
    }

    private static List<Value> items(Value value, Path file) throws EngineException {
        return switch (value) {
            case Tuple tuple -> tuple.items();
            case Sequence list -> list.items;
            default -> throw damaged(file, "checkpoint.detail.kind");
        };
    }

    private static long[] longs(Value value, Path file) throws EngineException {
        List<Value> items = items(value, file);
        long[] out = new long[items.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = longOf(items.get(i), file);
        }
        return out;
    }

    private static long longOf(Value value, Path file) throws EngineException {
        if (value instanceof Int number && number.number().bitLength() < 64) {
            return number.number().longValue();
        }
        throw damaged(file, "checkpoint.detail.kind");
    }
}
