package org.diptych.engine.work;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;

/// Starts libtorch. All of it must run on the lane's thread: that is the one thread on which gradient recording is off by default.
public final class Natives {
    private static volatile boolean loaded;

    private Natives() {
    }

    /// Says where the native library lives and that nothing may be fetched; before the first tensor class is touched.
    ///
    /// @throws EngineException when the data folder cannot be written or the named libtorch folder holds no libtorch
    public static void configure(EngineOptions options) throws EngineException {
        Path cache = options.data().resolve("native");
        try {
            Files.createDirectories(cache);
        } catch (IOException e) {
            throw new EngineException(e, "work.folder", options.data(), e.getMessage());
        }
        setUnlessSet("ENGINE_CACHE_DIR", cache.toString());
        setUnlessSet("DJL_CACHE_DIR", cache.toString());
        // The library checks for updates and reports its use unless told not to; nothing leaves this machine unasked.
        setUnlessSet("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        // The profiling executor rounds its first calls otherwise than later ones, which would break resuming to the bit.
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        if (options.threads() > 0) {
            System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(options.threads()));
        }
        if (options.libtorch().isPresent()) {
            Path folder = options.libtorch().get();
            Path lib = Files.isDirectory(folder.resolve("lib")) ? folder.resolve("lib") : folder;
            if (!Files.exists(lib.resolve(System.mapLibraryName("torch")))) {
                throw new EngineException("work.libtorch", folder);
            }
            System.setProperty("PYTORCH_LIBRARY_PATH", lib.toString());
            // which of the bindings that ship goes with it: otherwise that is guessed from the machine, not from the folder
            boolean cuda = Files.exists(lib.resolve(System.mapLibraryName("torch_cuda")));
            System.setProperty("PYTORCH_FLAVOR", cuda ? "cu128" : "cpu");
        }
    }

    /// @return true when the native library is in this process, or lies unpacked on this machine already, so that a start is quick
    public static boolean unpacked(EngineOptions options) {
        return loaded || options.libtorch().isPresent()
                || Files.isDirectory(named("ENGINE_CACHE_DIR").map(Path::of).orElse(options.data().resolve("native"))
                        .resolve("pytorch"));
    }

    /// @return what the process was told under this name, as a property or in its environment
    private static Optional<String> named(String name) {
        return Optional.ofNullable(System.getProperty(name)).or(() -> Optional.ofNullable(System.getenv(name)));
    }

    /// Loads libtorch on the calling thread.
    ///
    /// @return what tensors will live on
    public static Device load(String wanted) {
        Engine.getEngine("PyTorch");
        loaded = true;
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
        return device(wanted);
    }

    /// @param wanted as [EngineOptions] has it
    /// @return what tensors live on
    public static Device device(String wanted) {
        return switch (wanted) {
            case "cpu" -> Device.cpu();
            case "cuda" -> Device.gpu();
            default -> gpus() > 0 ? Device.gpu() : Device.cpu();
        };
    }

    /// @return graphics devices that libtorch can use
    public static int gpus() {
        return Engine.getEngine("PyTorch").getGpuCount();
    }

    public static int threads() {
        return JniUtils.getNumThreads();
    }

    /// @return library versions for a run's provenance
    public static String version() {
        return Engine.getEngine("PyTorch").getVersion();
    }

    /// @return memory the process holds, where the platform tells (Linux: `VmRSS`)
    public static Optional<Long> resident() {
        Path status = Path.of("/proc/self/statm");
        if (!Files.isReadable(status)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(Files.readString(status).split(" ")[1]) * 4096);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// @return bytes that native libraries hold by `malloc`, tensors among them, where the platform tells (Linux with the GNU library)
    public static OptionalLong allocated() {
        return LibC.allocated();
    }

    /// @return bytes that the device can still give to this process, 0 where it does not tell; never more than the property `diptych.memory` allows, by which several people share a machine
    public static long free(Device device) {
        long free = device.isGpu() ? graphics(device) : Room.free(resident().orElse(0L));
        return Math.min(free, Long.getLong("diptych.memory", free));
    }

    private static long graphics(Device device) {
        MemoryUsage memory = CudaUtils.getGpuMemory(device);
        return memory.getMax() - memory.getUsed();
    }

    private static void setUnlessSet(String name, String value) {
        if (named(name).isEmpty()) {
            System.setProperty(name, value);
        }
    }
}
