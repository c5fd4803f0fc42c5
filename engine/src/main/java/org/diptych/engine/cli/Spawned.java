package org.diptych.engine.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// This very program, started again without a subcommand: its window, which measures something and says so on its way out.
final class Spawned {
    private static final String MAIN = "org.diptych.app.Main";

    private Spawned() {
    }

    /// The arguments of this process up to its main class; its subcommand is left out.
    ///
    /// @param properties what the window is to know, as `name=value`
    /// @return empty where this program was not started as the window's is
    static Optional<List<String>> command(List<String> properties) {
        ProcessHandle.Info info = ProcessHandle.current().info();
        List<String> given = info.arguments().map(List::of).orElse(List.of());
        int main = given.indexOf(MAIN);
        if (main < 0 || info.command().isEmpty()) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(List.of(info.command().get()));
        command.addAll(given.subList(0, main));
        properties.forEach(p -> command.add("-D" + p));
        if (System.getenv("DISPLAY") == null && System.getenv("WAYLAND_DISPLAY") == null) {
            command.addAll(List.of("-Dglass.platform=Headless", "-Dprism.order=sw"));
        }
        command.add(MAIN);
        return Optional.of(command);
    }

    /// @return all that it said; nothing on a machine where no second process may be started
    static String run(List<String> command, int seconds) {
        String said = "";
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.onExit().orTimeout(seconds, TimeUnit.SECONDS).exceptionally(e -> process.destroyForcibly());
            try {
                said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                process.waitFor(seconds, TimeUnit.SECONDS);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return said;
    }
}
