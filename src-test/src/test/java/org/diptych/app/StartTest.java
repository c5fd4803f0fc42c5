package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program itself, started as a person starts it, in a process of its own with an empty data folder: it must reach the finished example without a complaint.
@Tag("fx")
class StartTest {
    @TempDir
    Path data;

    @Test
    void opensOnAFinishedExample() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED", "-Dglass.platform=Headless", "-Dprism.order=sw",
                "-D" + Main.MEASURE + "=true", "-cp", System.getProperty("java.class.path"), Main.class.getName());
        builder.environment().put("XDG_DATA_HOME", data.toString());
        Process process = builder.redirectErrorStream(true).start();
        process.onExit().orTimeout(120, TimeUnit.SECONDS).exceptionally(e -> process.destroyForcibly());
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).contains("WINDOW=", "VIEWS=", "EXAMPLE=").doesNotContain("Exception");
        assertThat(process.waitFor()).isZero();
    }
}
