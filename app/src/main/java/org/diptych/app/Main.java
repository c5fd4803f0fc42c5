package org.diptych.app;

import java.util.Locale;
import javafx.application.Application;
import javafx.application.Platform;
import javafx.stage.Window;
import org.diptych.app.fx.Startup;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.Texts;
import org.slf4j.LoggerFactory;

/// Starts the window, or the command line when given a subcommand.
public final class Main {
    /// Set to `true`, the program ends when its first map is drawn and says on standard error how long that took: the benchmark asks for it.
    static final String MEASURE = "diptych.measure.start";
    /// `EX_UNAVAILABLE` of sysexits.h: there is no display, or nothing to draw a window with.
    private static final int NO_DISPLAY = 69;

    private Main() {
    }

    public static void main(String[] args) {
        // Charts and picture readers touch AWT, which must never open a display of its own.
        System.setProperty("java.awt.headless", "true");
        // logback.xml reads it at the first log line
        System.setProperty("diptych.log", EngineOptions.defaults().data().resolve("log").toString());
        if (args.length > 0) {
            System.exit(org.diptych.engine.cli.Main.run(args));
        }
        if (noDisplay()) {
            System.err.println(Texts.of(Locale.getDefault()).get("shell.display.none"));
            System.exit(NO_DISPLAY);
        }
        if (Boolean.getBoolean(MEASURE)) {
            Startup.whenDone(points -> {
                points.forEach((point, millis) -> System.err.println(point + "=" + millis));
                Platform.exit();
            });
        }
        int seconds = Integer.getInteger(WindowFigures.MEASURE, 0);
        if (seconds > 0) {
            Startup.whenDone(_ -> new WindowFigures(Window.getWindows().getFirst().getScene(), seconds, figures -> {
                figures.forEach((name, figure) -> System.err.println(figure.line(name)));
                Platform.exit();
            }).measure());
        }
        Workbench.wakeEngine();
        try {
            Application.launch(Workbench.class, args);
        } catch (UnsupportedOperationException e) { // the window's own libraries lack what they stand on
            LoggerFactory.getLogger(Main.class).error("No window", e);
            System.err.println(Texts.of(Locale.getDefault()).get("shell.display.libraries"));
            System.exit(NO_DISPLAY);
        }
    }

    private static boolean noDisplay() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux") && unset("DISPLAY")
                && unset("WAYLAND_DISPLAY")
                && !"Headless".equalsIgnoreCase(System.getProperty("glass.platform"));
    }

    private static boolean unset(String variable) {
        String value = System.getenv(variable);
        return value == null || value.isBlank();
    }
}
