package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// TorchScript methods given as source text. libtorch loads TorchScript archives, which are stored zips of four entries, so the archive is put together in memory.
/// Lane thread only.
public final class Script {
    /// One set of compiled scripts for each engine root: they end with it.
    private static final Map<NDManager, Map<String, Script>> COMPILED = new WeakHashMap<>();

    private final PtSymbolBlock module;
    private final Map<String, NDArray> methodNames = new HashMap<>();
    private final NDManager root;

    private Script(PtSymbolBlock module, NDManager root) {
        this.module = module;
        this.root = root;
    }

    /// @param near   any tensor of the engine that will run it
    /// @param source methods, each `def name(self: __torch__.Ops, x: Tensor, p: List[Tensor], ...)`, indented by two spaces
    /// @return compiled once for each engine
    public static synchronized Script of(NDArray near, String source) {
        NDManager root = root(near.getManager());
        return COMPILED.computeIfAbsent(root, r -> new HashMap<>()).computeIfAbsent(source, s -> compile(root, s));
    }

    private static NDManager root(NDManager manager) {
        NDManager top = manager;
        while (top.getParentManager() != null && !(top.getParentManager() instanceof NDManager.SystemNDManager)) {
            top = top.getParentManager();
        }
        return top;
    }

    private static Script compile(NDManager root, String source) {
        try {
            PtSymbolBlock module = JniUtils.loadModule((PtNDManager) root, new ByteArrayInputStream(archive(source)),
                    false, false);
            return new Script(module, root);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] archive(String source) throws IOException {
        String code = "class Ops(Module):\n  __parameters__ = []\n  __buffers__ = []\n" + source;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setMethod(ZipOutputStream.STORED);
            // pickles of an empty object of class __torch__.Ops and of an empty tuple
            put(zip, "ops/data.pkl",
                    "\u0080\u0002c__torch__\nOps\nq\0)\u0081}b.".getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "ops/constants.pkl", "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "ops/version", "10\n".getBytes(StandardCharsets.ISO_8859_1));
            put(zip, "ops/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /// A whole number that a method is to know, as the size of a tensor: the library passes nothing but tensors, and a number in the text would be a new text for each.
    public static NDArray number(NDArray near, long number) {
        return near.getManager().zeros(new Shape(number));
    }

    /// Runs a method. A graph is recorded exactly when the thread records one.
    ///
    /// @param first what results are attached to: an activation, never a weight
    /// @param list  the argument of type `List[Tensor]`, left out when empty
    /// @param more  further tensors
    /// @return the method's tensor or tensors
    public NDList call(String method, NDArray first, List<NDArray> list, NDArray... more) {
        return callLists(method, first, List.of(list), more);
    }

    /// As [#call], with several arguments of type `List[Tensor]`. What a method changes in place must come in such a list: of lists that it makes itself the
    /// compiler believes that nobody will look at them again, and leaves the change out.
    public NDList callLists(String method, NDArray first, List<List<NDArray>> lists, NDArray... more) {
        NDList inputs = new NDList();
        inputs.add(first);
        for (int i = 0; i < lists.size(); i++) {
            String name = "p" + i + "[]";
            lists.get(i).forEach(array -> array.setName(name));
            inputs.addAll(lists.get(i));
        }
        inputs.addAll(List.of(more));
        inputs.add(methodNames.computeIfAbsent(method, this::methodName));
        try {
            return IValueUtils.forward(module, inputs, JniUtils.isGradMode());
        } finally {
            lists.forEach(list -> list.forEach(array -> array.setName(null))); // a name would change what the next call passes
        }
    }

    /// The library takes the method's name from the name of an array that is not passed on.
    private NDArray methodName(String method) {
        NDArray name = root.create(0f);
        name.setName("module_method:" + method);
        return name;
    }
}
