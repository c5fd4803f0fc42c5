package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.Optional;

/// How to start the engine.
///
/// @param device   `auto`, `cpu`, `cuda`
/// @param threads  libtorch threads, 0 = one a core
/// @param data     the program's own data folder: native library, settings, runs
/// @param libtorch a local libtorch folder to use instead of the one that ships
public record EngineOptions(String device, int threads, Path data, Optional<Path> libtorch) {
    /// @return the defaults: automatic device, the platform's usual data folder (or the folder named by the system property `diptych.data`)
    public static EngineOptions defaults() {
        String named = System.getProperty("diptych.data");
        return new EngineOptions("auto", 0, named != null ? Path.of(named) : usualDataFolder(), Optional.empty());
    }

    public EngineOptions withDevice(String name) {
        return new EngineOptions(name, threads, data, libtorch);
    }

    private static Path usualDataFolder() {
        String home = System.getProperty("user.home");
        String os = System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT);
        if (os.contains("win") && System.getenv("LOCALAPPDATA") != null) {
            return Path.of(System.getenv("LOCALAPPDATA"), "Diptych");
        }
        if (os.contains("mac")) {
            return Path.of(home, "Library", "Application Support", "Diptych");
        }
        String xdg = System.getenv("XDG_DATA_HOME");
        return (xdg != null && !xdg.isBlank() ? Path.of(xdg) : Path.of(home, ".local", "share")).resolve("diptych");
    }
}
