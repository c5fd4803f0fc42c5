package org.diptych.engine.data.instruct;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.work.JobContext;

/// One question, one answer, over OpenAI's chat protocol, as most local servers of language models speak it too. Nothing is sent but what is asked, to the address that was given.
final class Chat implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMinutes(3);
    private static final long LOOK_UP_MILLIS = 100;
    private static final int FINE = 200;
    private static final String PATH = "/chat/completions";

    private final InstructRequest.Writer writer;
    private final URI address;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();

    /// @throws EngineException when the address is none of `http` or `https`
    Chat(InstructRequest.Writer writer) throws EngineException {
        this.writer = writer;
        address = address(writer.address());
    }

    /// @return the whole address that questions go to
    static URI address(String given) throws EngineException {
        try {
            String trimmed = given.strip().replaceFirst("/+$", "");
            URI uri = URI.create(trimmed.endsWith(PATH) ? trimmed : trimmed + PATH);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (uri.getHost() == null || !scheme.equals("http") && !scheme.equals("https")) {
                throw new EngineException("data.instruct.address", given);
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new EngineException(e, "data.instruct.address", given);
        }
    }

    /// @throws EngineException when nobody answers, or with something else than an answer
    String answer(InstructRequest.Prompt prompt, JobContext context) throws EngineException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(ANSWER)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body(prompt), StandardCharsets.UTF_8));
        writer.key().ifPresent(key -> request.header("Authorization", "Bearer " + key));
        HttpResponse<String> response = waited(client.sendAsync(request.build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)), context);
        if (response.statusCode() != FINE) {
            throw new EngineException("data.instruct.status", address, response.statusCode(),
                    Recipe.brief(response.body()));
        }
        return content(response.body());
    }

    private String body(InstructRequest.Prompt prompt) {
        JsonObject json = new JsonObject();
        json.addProperty("model", writer.model());
        JsonArray messages = new JsonArray();
        for (InstructRequest.Prompt.Said said : prompt.said()) {
            JsonObject message = new JsonObject();
            message.addProperty("role", said.role());
            message.addProperty("content", said.content());
            messages.add(message);
        }
        json.add("messages", messages);
        json.addProperty("stream", false);
        return new Gson().toJson(json);
    }

    private HttpResponse<String> waited(CompletableFuture<HttpResponse<String>> asked, JobContext context)
            throws EngineException {
        try {
            while (true) {
                context.checkCancelled();
                try {
                    return asked.get(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    // it is still being written; the request has a limit of its own
                }
            }
        } catch (ExecutionException e) {
            String reason = e.getCause().getMessage();
            throw new EngineException(e, "data.instruct.unreachable", address,
                    reason == null || reason.isBlank() ? e.getCause().getClass().getSimpleName() : reason);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(e, "data.instruct.unreachable", address, e.getClass().getSimpleName());
        } finally {
            asked.cancel(true);
        }
    }

    private String content(String body) throws EngineException {
        try {
            return JsonParser.parseString(body).getAsJsonObject().getAsJsonArray("choices").get(0).getAsJsonObject()
                    .getAsJsonObject("message").get("content").getAsString();
        } catch (JsonParseException | IllegalStateException | NullPointerException | IndexOutOfBoundsException
                | ClassCastException | UnsupportedOperationException e) {
            throw new EngineException(e, "data.instruct.answer", address, Recipe.brief(body));
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
