package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.checkpoint.Value.Bool;
import org.diptych.engine.checkpoint.Value.Dict;
import org.diptych.engine.checkpoint.Value.Sequence;
import org.diptych.engine.checkpoint.Value.Str;
import org.diptych.engine.checkpoint.Value.Tensor;

/// The three forms of `torch.save` and `torch.jit.save` (pytorch `torch/serialization.py`; `torch/csrc/jit/serialization`): zip since 1.6, the pickles in a row
/// before it, and the TorchScript archive, of which only the weights are read.
public final class TorchReader implements CheckpointReader {
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

    private static final String PICKLE = "/data.pkl";
    /// A script's compiler tells classes of one name apart by a number.
    private static final Pattern MANGLED = Pattern.compile("\\.___torch_mangle_\\d+");

    private final Bytes all;
    private final String form;
    private final List<String> path;
    private final List<String> inert;
    private final Map<String, Tensor> tensors;
    private final Map<String, Bytes> storages;

    private TorchReader(Bytes all, String form, TensorFinder found, Set<String> inert, Map<String, Bytes> storages)
            throws EngineException {
        this.all = all;
        this.form = form;
        this.inert = inert.stream().map(n -> MANGLED.matcher(n).replaceAll("")).distinct().toList();
        this.storages = storages;
        String prefix = Names.commonPrefix(found.tensors().keySet());
        List<String> way = new ArrayList<>(found.path());
        if (!prefix.isEmpty()) {
            way.add(prefix);
        }
        path = List.copyOf(way);
        tensors = new LinkedHashMap<>();
        for (Map.Entry<String, Tensor> named : found.tensors().entrySet()) {
            Tensor tensor = named.getValue();
            Bytes bytes = storages.get(tensor.storage().key());
            if (bytes == null || tensor.storage().size() > bytes.length() / tensor.storage().type().bytes()) {
                throw new EngineException("checkpoint.truncated", all.file(), all.length());
            }
            tensors.put(named.getKey().substring(prefix.length()), tensor);
        }
    }

    static TorchReader openZip(Bytes all) throws EngineException {
        Map<String, Bytes> entries = Zip.entries(all);
        String pickle = entries.keySet().stream()
                .filter(n -> n.endsWith(PICKLE) && n.indexOf('/') == n.length() - PICKLE.length()).findFirst()
                .orElseThrow(() -> new EngineException("checkpoint.unknown", all.file()));
        String root = pickle.substring(0, pickle.length() - PICKLE.length() + 1);
        Bytes order = entries.get(root + "byteorder");
        if (order != null && (order.length() == 0 || order.copy(0, 1).get(0) != 'l')) {
            throw new EngineException("checkpoint.endian", all.file());
        }
        Map<String, Bytes> storages = new HashMap<>();
        entries.forEach((name, bytes) -> {
            if (name.startsWith(root + "data/")) {
                storages.put(name.substring(root.length() + "data/".length()), bytes);
            }
        });
        Bytes data = entries.get(pickle);
        Set<String> inert = Unpickler.names();
        Value top = new Unpickler(data.map(0, data.length()), all.file(), inert).read();
        boolean script = entries.containsKey(root + "constants.pkl");
        TensorFinder found = script ? TensorFinder.inScript(top, all.file()) : TensorFinder.inPickle(top, all.file());
        return new TorchReader(all, script ? "TorchScript" : "torch zip", found, inert, storages);
    }

    static TorchReader openLegacy(Bytes all) throws EngineException {
        // The pickles stand first; what follows them is bounded by a window so that a file of many gigabytes need not be mapped whole.
        ByteBuffer in = all.map(0, Math.min(all.length(), Integer.MAX_VALUE));
        Set<String> inert = Unpickler.names();
        if (!(new Unpickler(in, all.file(), inert).read() instanceof Value.Int magic)
                || !magic.number().equals(LEGACY_MAGIC)) {
            throw new EngineException("checkpoint.unknown", all.file());
        }
        new Unpickler(in, all.file(), inert).read(); // protocol
        Value machine = new Unpickler(in, all.file(), inert).read();
        if (machine instanceof Dict facts && new Bool(false).equals(facts.items.get(new Str("little_endian")))) {
            throw new EngineException("checkpoint.endian", all.file());
        }
        Unpickler weights = new Unpickler(in, all.file(), inert);
        Value top = weights.read();
        Value keys = new Unpickler(in, all.file(), inert).read();
        TensorFinder found = TensorFinder.inPickle(top, all.file());
        Map<String, DType> types = new HashMap<>();
        weights.storages().forEach(s -> types.put(s.key(), s.type()));
        Map<String, Bytes> storages = new HashMap<>();
        long at = in.position();
        if (!(keys instanceof Sequence list)) {
            throw new EngineException("checkpoint.pickle", all.file(), Message.of("checkpoint.detail.storages"));
        }
        for (Value item : list.items) {
            String key = item instanceof Str text ? text.text() : "";
            DType type = types.get(key);
            if (type == null || at + 8 > all.length()) {
                throw type == null
                        ? new EngineException("checkpoint.pickle", all.file(), Message.of("checkpoint.detail.storages"))
                        : new EngineException("checkpoint.truncated", all.file(), all.length());
            }
            long size = all.copy(at, 8).getLong(0);
            at += 8;
            if (size < 0 || size > (all.length() - at) / type.bytes()) {
                throw new EngineException("checkpoint.truncated", all.file(), all.length());
            }
            storages.put(key, new Bytes(all.file(), all.channel(), at, size * type.bytes()));
            at += size * type.bytes();
        }
        return new TorchReader(all, "torch legacy", found, inert, storages);
    }

    @Override
    public Path file() {
        return all.file();
    }

    @Override
    public String form() {
        return form;
    }

    @Override
    public List<String> path() {
        return path;
    }

    @Override
    public List<String> inert() {
        return inert;
    }

    @Override
    public Set<String> names() {
        return java.util.Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public Entry entry(String name) {
        Tensor tensor = tensor(name);
        return new Entry(tensor.storage().type(), tensor.shape());
    }

    private Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(name);
        }
        return tensor;
    }

    @Override
    public boolean mapped(String name) {
        Tensor tensor = tensor(name);
        DType type = tensor.storage().type();
        return contiguous(tensor)
                && storages.get(tensor.storage().key()).mappable(tensor.offset() * type.bytes(), type);
    }

    @Override
    public NDArray read(String name, NDManager manager) throws EngineException {
        Tensor tensor = tensor(name);
        Bytes bytes = storages.get(tensor.storage().key());
        Entry entry = entry(name);
        long from = tensor.offset() * entry.type().bytes();
        return contiguous(tensor)
                ? bytes.read(from, entry, manager)
                : bytes.gather(from, entry, tensor.stride(), manager);
    }

    @Override
    public Optional<NDArray> half(String name, NDManager manager) throws EngineException {
        Tensor tensor = tensor(name);
        Entry entry = entry(name);
        return entry.type().half() && entry.size() > 0 && contiguous(tensor)
                ? Optional.of(storages.get(tensor.storage().key()).half(tensor.offset() * entry.type().bytes(), entry,
                        manager))
                : Optional.empty();
    }

    private static boolean contiguous(Tensor tensor) {
        long expected = 1;
        for (int d = tensor.shape().length - 1; d >= 0; d--) {
            if (tensor.shape()[d] != 1 && tensor.stride()[d] != expected) {
                return false;
            }
            expected *= tensor.shape()[d];
        }
        return true;
    }

    @Override
    public void close() {
        CheckpointFiles.close(all.channel());
    }
}
