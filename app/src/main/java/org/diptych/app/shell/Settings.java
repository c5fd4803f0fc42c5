package org.diptych.app.shell;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import javafx.animation.PauseTransition;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleObjectProperty;
import javafx.util.Duration;
import org.diptych.app.chart.CurveChoice;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.SafeFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the program remembers: one JSON file, `settings.json`, in the usual data folder. A file that cannot be read counts as none.
public final class Settings {
    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /// @param language `en` or `zh`
    /// @param device   `auto`, `cpu` or `cuda`
    /// @param threads  libtorch threads, 0 = one a core
    /// @param gpuLibraries `none`, `download` (agreed to) or `folder`
    /// @param libtorch the local libtorch folder, empty when none is named
    /// @param data     the data folder, empty for the usual one
    /// @param motion   whether things may move
    /// @param feature  the view last in sight
    /// @param window   where the window was
    /// @param curves   view -> which curves it draws, and how
    /// @param choices  name -> what was last typed or chosen there, of views that remember such
    public record Values(String language, Theme theme, String device, int threads, String gpuLibraries,
            String libtorch, String data, boolean motion, String feature, Bounds window,
            Map<String, CurveChoice> curves, Map<String, String> choices) {
        public Values withLanguage(String value) {
            return new Values(value, theme, device, threads, gpuLibraries, libtorch, data, motion, feature, window,
                    curves, choices);
        }

        public Values withTheme(Theme value) {
            return new Values(language, value, device, threads, gpuLibraries, libtorch, data, motion, feature, window,
                    curves, choices);
        }

        public Values withDevice(String value) {
            return new Values(language, theme, value, threads, gpuLibraries, libtorch, data, motion, feature, window,
                    curves, choices);
        }

        public Values withThreads(int value) {
            return new Values(language, theme, device, value, gpuLibraries, libtorch, data, motion, feature, window,
                    curves, choices);
        }

        public Values withGpuLibraries(String value) {
            return new Values(language, theme, device, threads, value, libtorch, data, motion, feature, window, curves,
                    choices);
        }

        public Values withLibtorch(String value) {
            return new Values(language, theme, device, threads, gpuLibraries, value, data, motion, feature, window,
                    curves, choices);
        }

        public Values withData(String value) {
            return new Values(language, theme, device, threads, gpuLibraries, libtorch, value, motion, feature, window,
                    curves, choices);
        }

        public Values withMotion(boolean value) {
            return new Values(language, theme, device, threads, gpuLibraries, libtorch, data, value, feature, window,
                    curves, choices);
        }

        public Values withFeature(String value) {
            return new Values(language, theme, device, threads, gpuLibraries, libtorch, data, motion, value, window,
                    curves, choices);
        }

        public Values withCurves(String view, CurveChoice value) {
            Map<String, CurveChoice> next = new TreeMap<>(curves);
            next.put(view, value);
            return new Values(language, theme, device, threads, gpuLibraries, libtorch, data, motion, feature, window,
                    next, choices);
        }

        public Values withChoices(Map<String, String> value) {
            Map<String, String> next = new TreeMap<>(choices);
            next.putAll(value);
            return new Values(language, theme, device, threads, gpuLibraries, libtorch, data, motion, feature, window,
                    curves, next);
        }

        public Values withWindow(Bounds value) {
            return new Values(language, theme, device, threads, gpuLibraries, libtorch, data, motion, feature, value,
                    curves, choices);
        }
    }

    /// What a view draws, remembered as it changes.
    ///
    /// @param view  a short name
    /// @param usual what it draws as long as nothing was chosen
    public ObjectProperty<CurveChoice> curves(String view, CurveChoice usual) {
        ObjectProperty<CurveChoice> choice = new SimpleObjectProperty<>(get().curves().getOrDefault(view, usual));
        choice.addListener((property, old, now) -> update(v -> v.withCurves(view, now)));
        return choice;
    }

    /// @param width 0 while the window was never shown
    public record Bounds(double x, double y, double width, double height, boolean maximized) {
    }

    private final Path file;
    private final ReadOnlyObjectWrapper<Values> values = new ReadOnlyObjectWrapper<>(this, "values");
    private final PauseTransition soon = new PauseTransition(Duration.millis(400));

    private Settings(Path file, Values values) {
        this.file = file;
        this.values.set(values);
        soon.setOnFinished(e -> CompletableFuture.runAsync(this::save));
    }

    /// @param folder where `settings.json` lies or will lie
    public static Settings read(Path folder) {
        Path file = folder.resolve("settings.json");
        Values values = defaults();
        try {
            if (Files.isRegularFile(file)) {
                values = complete(GSON.fromJson(Files.readString(file), Values.class));
            }
        } catch (IOException | JsonParseException e) {
            LOG.warn("Settings unreadable, defaults taken: {}", e.getMessage());
        }
        return new Settings(file, values);
    }

    private static Values defaults() {
        String language = Locale.getDefault().getLanguage().equals("zh") ? "zh" : "en";
        return new Values(language, Theme.LIGHT, "auto", 0, "none", "", "", true, Navigator.LOOK,
                new Bounds(0, 0, 0, 0, false), Map.of(), Map.of());
    }

    /// A file of another version may lack fields, which Gson leaves null.
    private static Values complete(Values read) {
        Values d = defaults();
        return read == null
                ? d
                : new Values(or(read.language, d.language), or(read.theme, d.theme), or(read.device, d.device),
                        Math.clamp(read.threads, 0, 1024), or(read.gpuLibraries, d.gpuLibraries),
                        or(read.libtorch, d.libtorch), or(read.data, d.data), read.motion, or(read.feature, d.feature),
                        or(read.window, d.window), or(read.curves, d.curves), or(read.choices, d.choices));
    }

    private static <T> T or(T value, T other) {
        return value != null ? value : other;
    }

    public ReadOnlyObjectProperty<Values> valuesProperty() {
        return values.getReadOnlyProperty();
    }

    public Values get() {
        return values.get();
    }

    /// Changes something; the file follows shortly.
    public void update(UnaryOperator<Values> change) {
        Values next = change.apply(values.get());
        if (!next.equals(values.get())) {
            values.set(next);
            soon.playFromStart();
        }
    }

    /// Writes the file now instead of shortly. JavaFX's thread only.
    public void close() {
        soon.stop();
        save();
    }

    /// Writes the file now.
    public void save() {
        try {
            SafeFile.write(file, GSON.toJson(values.get()));
        } catch (EngineException e) {
            LOG.warn("Settings not saved: {}", e.getMessage());
        }
    }

    /// @return how the engine is to be started
    public EngineOptions engineOptions() {
        Values v = get();
        EngineOptions usual = EngineOptions.defaults();
        Path data = v.data.isBlank() ? usual.data() : Path.of(v.data);
        Optional<Path> libtorch = v.gpuLibraries.equals("folder") && !v.libtorch.isBlank()
                ? Optional.of(Path.of(v.libtorch))
                : Optional.empty();
        return new EngineOptions(v.device, v.threads, data, libtorch);
    }
}
