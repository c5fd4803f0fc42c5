package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import javafx.scene.Node;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Label;
import atlantafx.base.controls.ToggleSwitch;
import org.diptych.app.fx.Motion;
import org.diptych.app.settings.SettingsFeature;
import org.diptych.app.shell.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a person sets, above all that nothing is fetched without a yes.
@Tag("fx")
class SettingsTest {
    @TempDir
    Path folder;
    private FxStage window;

    @BeforeAll
    static void toolkit() throws Exception {
        FxStage.startToolkit();
    }

    @BeforeEach
    void open() throws Exception {
        window = new FxStage(folder);
        window.open(1440, 900, context -> List.of(new SettingsFeature(context)));
        FxStage.call(() -> {
            window.shell.show("settings");
            return null;
        });
        FxStage.settle();
    }

    @AfterEach
    void close() throws Exception {
        Motion.wantedProperty().set(true);
        GpuLibraries.allow(false);
        window.close();
    }

    private void press(String id) throws Exception {
        FxStage.call(() -> {
            ((ButtonBase) window.scene.lookup("#" + id)).fire();
            return null;
        });
    }

    private String libraries() {
        return window.settings.get().gpuLibraries();
    }

    @Test
    void nothingIsFetchedWithoutAYes() throws Exception {
        assertThat(libraries()).isEqualTo("none");
        Node agree = window.scene.lookup("#gpu-agree");
        assertThat(FxStage.call(() -> agree.getParent().isVisible())).isFalse();
        press("gpu-download");
        assertThat(libraries()).as("chosen, but not agreed to").isEqualTo("none");
        assertThat(FxStage.call(() -> agree.getParent().isVisible())).isTrue();
        assertThat(FxStage.call(() -> ((Label) agree.getParent().getChildrenUnmodifiable().getFirst()).getText()))
                .as("source and size first").contains("publish.djl.ai", "GB");
        press("gpu-agree");
        assertThat(libraries()).isEqualTo("download");
        press("gpu-agree");
        assertThat(libraries()).isEqualTo("none");
        press("gpu-agree");
        press("gpu-folder");
        assertThat(libraries()).isEqualTo("folder");
        assertThat(window.settings.engineOptions().libtorch()).as("no folder is named yet").isEmpty();
        FxStage.call(() -> {
            window.settings.update(v -> v.withLibtorch(folder.toString()));
            return null;
        });
        assertThat(window.settings.engineOptions().libtorch()).contains(folder);
    }

    @Test
    void theTensorLibraryMayUseTheNetworkOnlyAfterAYes() {
        GpuLibraries.allow(false);
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
        assertThat(System.getProperty("PYTORCH_FLAVOR")).isNull();
        GpuLibraries.allow(true);
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("false");
        assertThat(System.getProperty("PYTORCH_FLAVOR")).isEqualTo("cu128");
        GpuLibraries.allow(false);
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
        assertThat(System.getProperty("PYTORCH_FLAVOR")).isNull();
    }

    @Test
    void motionCanBeTurnedOffAndThatIsRemembered() throws Exception {
        ToggleSwitch motion = (ToggleSwitch) window.scene.lookup("#motion");
        FxStage.call(() -> {
            motion.setSelected(false);
            return null;
        });
        assertThat(Motion.allowed()).isFalse();
        assertThat(Motion.of(200).toMillis()).isEqualTo(1);
        window.settings.save();
        assertThat(Settings.read(folder).get().motion()).isFalse();
    }
}
