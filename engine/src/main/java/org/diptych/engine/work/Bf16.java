package org.diptych.engine.work;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.Message;

/// Whether a device multiplies in bf16 by instructions of its own. Without them the library gives the same numbers by detours, slower than in 32 bits.
public final class Bf16 {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    /// As Linux names them: of x86 (AVX-512 and AMX), of ARM.
    private static final Set<String> INSTRUCTIONS = Set.of("avx512_bf16", "amx_bf16", "bf16");
    private static final Set<String> LISTS = Set.of("flags", "Features");
    private static final String NAME = "model name";
    /// Tens of the compute capability from which graphics cards have them (Ampere).
    private static final int FIRST = 80;

    private Bf16() {
    }

    /// Asks the device.
    ///
    /// @return why not; empty where it does
    public static Optional<Message> lacking(Device device) {
        if (device.isGpu()) {
            return graphics(CudaUtils.getComputeCapability(device.getDeviceId()));
        }
        try {
            return processor(Files.isReadable(PROCESSORS) ? Files.readAllLines(PROCESSORS) : List.of());
        } catch (IOException e) {
            return processor(List.of());
        }
    }

    /// @param lines of Linux' description of its processors, none where the system has no such
    static Optional<Message> processor(List<String> lines) {
        Optional<String> known = lines.stream().filter(l -> LISTS.contains(name(l))).map(Bf16::value).findFirst();
        if (known.isEmpty()) {
            return Optional.of(Message.of("work.bf16.untold"));
        }
        return Arrays.stream(known.get().split("\\s+")).anyMatch(INSTRUCTIONS::contains)
                ? Optional.empty()
                : Optional.of(Message.of("work.bf16.processor", lines.stream().filter(l -> name(l).equals(NAME))
                        .map(Bf16::value).findFirst().orElse(System.getProperty("os.arch"))));
    }

    private static String name(String line) {
        return line.substring(0, Math.max(0, line.indexOf(':'))).strip();
    }

    private static String value(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }

    /// @param capability as CUDA has it, without its dot: `75`, `80`, `120`
    static Optional<Message> graphics(String capability) {
        int number = Integer.parseInt(capability);
        return number >= FIRST
                ? Optional.empty()
                : Optional.of(Message.of("work.bf16.graphics", number / 10 + "." + number % 10));
    }
}
