package org.diptych.engine.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Progress;
import org.diptych.engine.api.Texts;

/// Where results, progress and errors go.
final class Console {
    private static final Gson JSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping()
            .registerTypeAdapter(Double.class, (JsonSerializer<Double>) (n, type, to) -> finite(n))
            .registerTypeAdapter(double.class, (JsonSerializer<Double>) (n, type, to) -> finite(n)).create();
    private static final long EVERY_MILLIS = 2_000;

    private final PrintStream out;
    private final PrintStream err;
    private final Texts texts;
    private String lastProgress = "";
    private volatile Runnable stop = () -> {
    };

    Console(PrintStream out, PrintStream err, Texts texts) {
        this.out = out;
        this.err = err;
        this.texts = texts;
    }

    PrintStream out() {
        return out;
    }

    Texts texts() {
        return texts;
    }

    /// A result for a person.
    void say(String key, Object... args) {
        out.println(texts.get(key, args));
    }

    void line(String text) {
        out.println(text);
    }

    /// JSON has no word for what is not a number.
    private static JsonElement finite(double n) {
        return Double.isFinite(n) ? new JsonPrimitive(n) : JsonNull.INSTANCE;
    }

    static String text(Object value) {
        return JSON.toJson(value) + "\n";
    }

    /// A result for a machine.
    void json(Object value) {
        out.println(JSON.toJson(value));
    }

    /// Something by the way.
    void note(String key, Object... args) {
        err.println(texts.get(key, args));
    }

    void error(EngineException error) {
        err.println(error.what(texts));
        err.println(error.why(texts));
        err.println(error.todo(texts));
    }

    void bug(Throwable error) {
        err.println(texts.get("cli.bug.what"));
        err.println(texts.get("cli.bug.why", error.getClass().getSimpleName(), String.valueOf(error.getMessage())));
        err.println(texts.get("cli.bug.todo"));
    }

    /// Ends what is under way, at its next safe point.
    void interrupt() {
        stop.run();
    }

    /// Waits for a job, telling its progress; [#interrupt] cancels it.
    <T> T await(JobHandle<T> job) throws EngineException {
        return await(job, job::cancel, () -> {
        });
    }

    /// @param onInterrupt what [#interrupt] does to the job
    /// @param tick        runs every fifth of a second while it lasts, and at its end
    <T> T await(JobHandle<T> job, Runnable onInterrupt, Runnable tick) throws EngineException {
        stop = onInterrupt;
        try {
            T value = waited(job, tick);
            tick.run();
            return value;
        } finally {
            stop = () -> {
            };
        }
    }

    private <T> T waited(JobHandle<T> job, Runnable tick) throws EngineException {
        CompletableFuture<T> result = job.result().toCompletableFuture();
        long told = System.currentTimeMillis();
        while (true) {
            try {
                return result.get(200, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                tick.run();
                if (System.currentTimeMillis() - told > EVERY_MILLIS) {
                    told = System.currentTimeMillis();
                    progress(job.progress());
                }
            } catch (InterruptedException e) {
                job.cancel();
                Thread.currentThread().interrupt();
                throw new CompletionException(e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof EngineException thrown) {
                    throw thrown;
                }
                throw new CompletionException(e.getCause());
            }
        }
    }

    void progress(Progress progress) {
        StringBuilder line = new StringBuilder(texts.get(progress.phase()));
        if (progress.total() > 0) {
            line.append("  ").append(progress.done()).append(" / ").append(progress.total());
        }
        if (progress.rate() > 0) {
            line.append(String.format(Locale.ROOT, "  %.1f/s", progress.rate()));
        }
        progress.eta().ifPresent(eta -> line.append("  ").append(texts.get("cli.left", eta.toSeconds())));
        if (!line.toString().equals(lastProgress)) { // work that cannot tell how far it is says so once
            lastProgress = line.toString();
            err.println(line);
        }
    }
}
