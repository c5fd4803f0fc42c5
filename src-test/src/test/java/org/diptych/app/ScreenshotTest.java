package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.diptych.app.catalog.CatalogFeature;
import org.diptych.app.fx.Theme;
import org.diptych.app.settings.SettingsFeature;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Feature;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Texts;
import org.diptych.engine.session.Catalog;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every view in both themes and languages at both sizes: nothing is cut off, and the pictures lie in `target/screenshots` to be looked at.
@Tag("fx")
class ScreenshotTest {

    @BeforeAll
    static void toolkit() throws Exception {
        FxStage.startToolkit();
    }

    static Stream<Arguments> looks() {
        List<Arguments> looks = new ArrayList<>();
        for (int[] size : new int[][]{{1440, 900}, {1024, 700}}) {
            for (Theme theme : Theme.values()) {
                for (Texts texts : List.of(Texts.ENGLISH, Texts.CHINESE)) {
                    looks.add(Arguments.of(size[0], size[1], theme, texts));
                }
            }
        }
        return looks.stream();
    }

    static List<Feature> features(AppContext context) {
        return List.of(new CatalogFeature(context, Catalog.read(), Engine::canLoad, Engine::ships),
                new SettingsFeature(context));
    }

    @ParameterizedTest
    @MethodSource("looks")
    void nothingIsCutOff(int width, int height, Theme theme, Texts texts, @TempDir Path folder) throws Exception {
        FxStage window = new FxStage(folder);
        window.i18n.textsProperty().set(texts);
        window.theme.set(theme);
        window.open(width, height, ScreenshotTest::features);
        List<String> cuts = new ArrayList<>();
        for (String view : List.of("models", "settings")) {
            FxStage.call(() -> {
                window.shell.show(view);
                return null;
            });
            cuts.addAll(window.shoot(view));
        }
        for (String card : List.of("clip", "blip2", "vilbert")) {
            FxStage.call(() -> {
                window.shell.show("models");
                ((javafx.scene.control.Button) window.scene.lookup("#tile-" + card)).fire();
                return null;
            });
            cuts.addAll(window.shoot("card-" + card));
            FxStage.call(() -> {
                ((javafx.scene.control.Button) window.scene.lookup(".card-page .button-icon")).fire();
                return null;
            });
            FxStage.settle();
        }
        window.close();
        assertThat(cuts).isEmpty();
    }
}
