package org.diptych.engine.work;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How much memory the machine can still give. What "free" means differs: Linux tells what is available without swapping, caches given up; macOS fills its memory with caches and tells
/// nothing of use, so there all counts that this process does not hold.
final class Room {
    private static final Path LINUX = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";

    private Room() {
    }

    /// @param resident bytes that this process holds, 0 when unknown
    /// @return bytes, 0 when unknown; never more than a container's limit leaves
    static long free(long resident) {
        if (!(ManagementFactory
                .getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system)) {
            return 0;
        }
        long limit = Math.max(1, system.getTotalMemorySize() - resident); // the virtual machine knows its container
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        return available().map(bytes -> Math.min(bytes, limit))
                .orElseGet(() -> windows ? Math.min(system.getFreeMemorySize(), limit) : limit);
    }

    private static Optional<Long> available() {
        if (!Files.isReadable(LINUX)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(LINUX).stream().filter(line -> line.startsWith(AVAILABLE))
                    .map(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
