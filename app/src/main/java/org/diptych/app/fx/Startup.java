package org.diptych.app.fx;

import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import javafx.animation.AnimationTimer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How long the start took, from the process's first moment to what a person sees. It goes to the log, and to whoever waits for the last point.
public final class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);
    private static final Map<Point, Long> REACHED = new EnumMap<>(Point.class);
    private static Consumer<Map<Point, Long>> waiting = _ -> {
    };

    /// What can be reached.
    public enum Point {
        /// The window is there and says what it is doing.
        WINDOW,
        /// The engine runs and the views can be used.
        VIEWS,
        /// The first map has been computed and drawn.
        EXAMPLE
    }

    private Startup() {
    }

    /// @param done gets the milliseconds of all points when the last is reached, on JavaFX's thread
    public static void whenDone(Consumer<Map<Point, Long>> done) {
        waiting = done;
    }

    /// Notes the next frame that is drawn; only the first call for a point counts. JavaFX's thread.
    public static void reached(Point point) {
        if (REACHED.putIfAbsent(point, 0L) != null) {
            return;
        }
        new AnimationTimer() {
            private int frames;

            @Override
            public void handle(long now) {
                // the first call comes before the frame that shows the change, the second after it
                if (++frames == 2) {
                    stop();
                    note(point);
                }
            }
        }.start();
    }

    private static void note(Point point) {
        long millis = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
        REACHED.put(point, millis);
        LOG.info("{} after {} ms", point, millis);
        if (point == Point.EXAMPLE) {
            waiting.accept(Map.copyOf(REACHED));
        }
    }
}
