package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javafx.embed.swing.SwingFXUtils;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.stage.Stage;
import javafx.stage.Window;
import javax.imageio.ImageIO;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Settings;
import org.diptych.app.shell.Shell;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The whole program: a window at once, the engine behind it.
@Tag("fx")
class WorkbenchTest {
    @BeforeAll
    static void toolkit() throws Exception {
        FxStage.startToolkit();
        java.nio.file.Files.createDirectories(Path.of("target", "screenshots"));
    }

    @Test
    void opensOnAnEngine() throws Exception {
        System.setProperty("diptych.data", Path.of("target/data").toAbsolutePath().toString());
        Settings before = Settings.read(Path.of("target/data"));
        FxStage.call(() -> {
            before.update(v -> v.withWindow(new Settings.Bounds(20, 10, 1120, 760, false)).withFeature("contrast"));
            before.save();
            return null;
        });
        Workbench workbench = new Workbench();
        long start = System.nanoTime();
        Stage stage = FxStage.call(() -> {
            Stage made = new Stage();
            workbench.start(made);
            return made;
        });
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).as("the window is there at once")
                .isLessThan(10_000);
        assertThat(Window.getWindows()).contains(stage);
        // the native library may have to be unpacked first
        await(() -> stage.getScene().getRoot() instanceof Shell);
        assertThat(stage.getScene().getRoot()).isInstanceOf(Shell.class);
        Shell shell = (Shell) stage.getScene().getRoot();
        assertThat(shell.shown().map(Feature::id)).as("the view last in sight").contains("contrast");
        assertThat(List.of(stage.getX(), stage.getY(), stage.getWidth(), stage.getHeight()))
                .as("where the window was").containsExactly(20.0, 10.0, 1120.0, 760.0);
        Thread.sleep(1200);
        FxStage.settle();
        assertThat(((Label) shell.lookup("#status-device")).getText()).contains("CPU");
        Path checkpoint = Path.of("golden", "clip", "hf", "model.safetensors").toAbsolutePath();
        FxStage.call(() -> {
            shell.show("models");
            return shell.open(List.of(checkpoint));
        });
        await(() -> shell.lookup("#load-report") != null);
        assertThat(FxStage.call(() -> {
            shell.applyCss();
            shell.layout(); // the status bar's text may be newer than the last frame
            return Cuts.of(shell);
        })).isEmpty();
        assertThat(shell.lookupAll("#load-report .label").stream().map(n -> ((Label) n).getText()))
                .anyMatch(t -> t.contains("safetensors") && t.contains("tensors with"));
        FxStage.call(() -> shell.open(List.of(Path.of("nowhere", "model.safetensors"))));
        await(() -> shell.lookup(".error-banner").isVisible());
        FxStage.call(() -> {
            ImageIO.write(SwingFXUtils.fromFXImage(stage.getScene().snapshot(null), null), "png",
                    Path.of("target", "screenshots", "workbench.png").toFile());
            Command unload = shell.palette().commands().stream().filter(c -> c.titleKey().equals("catalog.unload"))
                    .findFirst().orElseThrow();
            unload.run().run();
            return null;
        });
        ComboBox<?> chooser = (ComboBox<?>) shell.lookup("#model");
        await(() -> chooser.getItems().isEmpty() || !chooser.getItems().toString().contains("file:"));
        FxStage.call(() -> {
            stage.setWidth(1200);
            stage.close();
            workbench.stop();
            return null;
        });
        Settings.Bounds after = Settings.read(Path.of("target/data")).get().window();
        assertThat(after.width()).isEqualTo(1200);
        assertThat(after.x()).isEqualTo(20);
    }

    private static void await(Callable<Boolean> there) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!FxStage.call(there) && System.nanoTime() < end) {
            FxStage.settle();
        }
        assertThat(FxStage.call(there)).isTrue();
    }
}
