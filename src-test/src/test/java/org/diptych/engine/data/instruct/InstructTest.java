package org.diptych.engine.data.instruct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.InstructRequest.Prompt;
import org.diptych.engine.api.InstructResult;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Texts;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.InstructDataset;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.work.JobContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Conversations made of captions and boxes: by Toybox itself, or by a language model, which here is a small server of the test's own.
@Tag("unit")
class InstructTest {
    private static final class Context implements JobContext {
        private volatile boolean cancelled;

        @Override
        public NDManager scope() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void progress(Message phase, long done, long total) {
            assertThat(done).isLessThanOrEqualTo(total);
        }

        @Override
        public void checkCancelled() {
            if (cancelled) {
                throw new CancellationException();
            }
        }
    }

    @TempDir
    Path folder;
    private final Context context = new Context();
    private final List<JsonObject> heard = Collections.synchronizedList(new ArrayList<>());
    private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
    private Optional<HttpServer> server = Optional.empty();

    @AfterEach
    void stop() {
        server.ifPresent(s -> s.stop(0));
    }

    private InstructRequest request(String data, int count, String language, Optional<InstructRequest.Writer> writer,
            String... forms) {
        return new InstructRequest(data, count, 5, "aligned", 64, language,
                forms.length == 0 ? InstructRequest.FORMS : List.of(forms), folder.resolve("out"), writer);
    }

    private record Reply(int status, String body) {
        /// @return an answer as OpenAI's protocol has it
        static Reply saying(String content) {
            JsonObject message = new JsonObject();
            message.addProperty("content", content);
            return new Reply(200, "{\"choices\": [{\"message\": " + message + "}]}");
        }
    }

    /// @return a writer at a server that replies by the number of the question, from 0
    private Optional<InstructRequest.Writer> writer(Function<Integer, Reply> replies) throws IOException {
        HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        made.createContext("/v1/chat/completions", exchange -> {
            heard.add(JsonParser.parseString(
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)).getAsJsonObject());
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            Reply reply = replies.apply(heard.size() - 1);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        made.start();
        server = Optional.of(made);
        return Optional.of(new InstructRequest.Writer("http://127.0.0.1:" + made.getAddress().getPort() + "/v1/",
                "small", Optional.of("secret")));
    }

    private static JsonArray read(InstructResult result) throws IOException {
        return JsonParser.parseString(Files.readString(result.file())).getAsJsonArray();
    }

    @Test
    void toyboxWritesByItselfAndAlwaysTheSame() throws Exception {
        InstructResult result = Instructing.run(request("toybox", 4, "en", Optional.empty()), context);
        assertThat(result.conversations()).isEqualTo(12);
        assertThat(result.unusable()).isZero();
        String first = Files.readString(result.file());
        JsonObject entry = read(result).get(0).getAsJsonObject();
        assertThat(entry.keySet()).containsExactly("id", "image", "conversations");
        assertThat(entry.get("id").getAsString()).isEqualTo("5-conversation");
        JsonArray said = entry.getAsJsonArray("conversations");
        assertThat(said.get(0).getAsJsonObject().get("from").getAsString()).isEqualTo("human");
        assertThat(said.get(0).getAsJsonObject().get("value").getAsString()).startsWith("<image>\n");
        assertThat(said.get(1).getAsJsonObject().get("from").getAsString()).isEqualTo("gpt");
        assertThat(Pictures.read(folder.resolve("out").resolve(entry.get("image").getAsString())).rgb())
                .isEqualTo(Toybox.scene(5, 64, World.ALIGNED).picture().rgb());
        Instructing.run(request("toybox", 4, "en", Optional.empty()), context);
        assertThat(Files.readString(result.file())).isEqualTo(first);
    }

    @Test
    void whatIsWrittenIsReadByTheTrainer() throws Exception {
        InstructResult result = Instructing.run(request("toybox", 10, "zh", Optional.empty()), context);
        assertThat(DataSets.open(folder.resolve("out"), rows -> {
        }).train(1000).name()).isEqualTo(result.file().toString());
        InstructDataset train = InstructDataset.open(result.file(), 1000, false);
        InstructDataset kept = InstructDataset.open(result.file(), 1000, true);
        assertThat(train.size() + kept.size()).isEqualTo(30);
        assertThat(kept.size()).as("two of ten pictures with all their conversations").isEqualTo(6);
        Example example = train.example(0);
        List<Conversation.Turn> turns = example.more().conversations().getFirst().turns();
        assertThat(turns).isEqualTo(Toybox.conversations(5, World.ALIGNED, "zh").getFirst().turns());
        assertThat(example.caption()).isEqualTo(turns.getFirst().answer());
    }

    /// The system's text, two examples with their answers, then captions and boxes of the picture: never the picture.
    @Test
    void thePromptShowsCaptionsAndBoxes() throws Exception {
        for (String language : List.of("en", "zh")) {
            List<Prompt> prompts = Instructing.prompts(request("toybox", 1, language, Optional.empty()), context);
            assertThat(prompts).extracting(Prompt::id).containsExactly("5-conversation", "5-description",
                    "5-reasoning");
            for (Prompt prompt : prompts) {
                assertThat(prompt.said()).extracting(Prompt.Said::role).containsExactly("system", "user", "assistant",
                        "user", "assistant", "user");
                String asked = prompt.said().getLast().content();
                assertThat(asked).contains(Toybox.scene(5, 64, World.ALIGNED).captions().get(language));
                assertThat(asked.lines().filter(l -> l.matches(".+: \\[0\\.\\d{3}(, [01]\\.\\d{3}){3}\\]")))
                        .hasSize(Toybox.scene(5, 64, World.ALIGNED).objects().size());
            }
            assertThat(prompts.getFirst().said().get(2).content()).startsWith("Question:\n")
                    .contains("\n===\nAnswer:\n");
            assertThat(prompts.get(1).said().get(2).content()).doesNotContain("Question:");
        }
        assertThat(folder.resolve("out")).as("nothing is written").doesNotExist();
    }

    /// What Toybox would write, written as a language model is to, is read as it was.
    @Test
    void theFormIsReadAsItIsWritten() throws Exception {
        Recipe recipe = new Recipe("en", 0);
        for (long seed = 0; seed < 30; seed++) {
            Sight sight = Sights.scene(seed, 64, World.ALIGNED, "en", "x.png");
            for (String form : List.of("conversation", "reasoning")) {
                Conversation known = Recipe.known(sight, form);
                assertThat(recipe.read(sight, form, "\n" + Recipe.written(known) + "\n\n")).isEqualTo(known);
            }
            Conversation told = recipe.read(sight, "description", "a fish.");
            assertThat(told.turns()).hasSize(1);
            assertThat(told.turns().getFirst().answer()).isEqualTo("a fish.");
            assertThat(Texts.ENGLISH.get("data.instruct.describe")).contains(told.turns().getFirst().question());
        }
    }

    @Test
    void aLanguageModelIsAskedAtItsAddress() throws Exception {
        var writer = writer(i -> i % 2 == 0
                ? Reply.saying(
                        "Question:\nWhat is it?\n===\nAnswer:\nA fish.\n===\nQuestion:\nWhere?\n===\nAnswer:\nLeft.")
                : Reply.saying("A red fish swims."));
        InstructResult result = Instructing.run(request("toybox", 2, "en", writer, "conversation", "description"),
                context);
        assertThat(result.conversations()).isEqualTo(4);
        assertThat(read(result).get(0).getAsJsonObject().getAsJsonArray("conversations")).hasSize(4);
        assertThat(heard).hasSize(4);
        assertThat(keys).containsOnly("Bearer secret");
        JsonObject question = heard.getFirst();
        assertThat(question.get("model").getAsString()).isEqualTo("small");
        List<Prompt> prompts = Instructing.prompts(request("toybox", 1, "en", writer), context);
        assertThat(new Gson().fromJson(question.getAsJsonArray("messages"), Object.class))
                .isEqualTo(prompts.getFirst().said().stream()
                        .map(s -> Map.of("role", s.role(), "content", s.content())).toList());
        assertThat(heard).as("showing a prompt sends nothing").hasSize(4);
        assertThat(new Gson().toJson(question)).doesNotContain("image_url").doesNotContain("base64");
    }

    /// A bad answer here and there is left out and told.
    @Test
    void someBadAnswersAreCounted() throws Exception {
        var writer = writer(i -> Reply.saying(List.of("Question:\nWhat?\n===\nAnswer:\nA cup.", "I cannot help.", "",
                "Question:\nWhat?\n===\nQuestion:\nWhere?", "Question:\nWhat?\n===\nAnswer:\nA cat.").get(i)));
        InstructResult result = Instructing.run(request("toybox", 5, "en", writer, "conversation"), context);
        assertThat(result.conversations()).isEqualTo(2);
        assertThat(result.unusable()).isEqualTo(3);
        assertThat(Texts.ENGLISH.get(result.trouble().orElseThrow())).contains("===").contains("Question: What?");
        assertThat(Files.list(folder.resolve("out/images"))).as("pictures without a conversation are left out")
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"500|{\"error\": \"no room\"}|status 500|no room",
            "401|no key|status 401|no key", "200|hello|no answer of a chat|hello",
            "200|{\"choices\": []}|no answer of a chat|choices",
            "200|{\"choices\": [{\"message\": {\"content\": null}}]}|no answer of a chat|message",
            "200|[1]|no answer of a chat|[1]"})
    void badRepliesAreTold(int status, String body, String said, String quoted) throws Exception {
        var writer = writer(i -> new Reply(status, body));
        assertThatThrownBy(() -> Instructing.run(request("toybox", 3, "en", writer), context))
                .isInstanceOfSatisfying(EngineException.class, e -> {
                    assertThat(e.getMessage()).contains(said).contains(quoted);
                    assertThat(e.what(Texts.CHINESE) + e.why(Texts.CHINESE) + e.todo(Texts.CHINESE)).isNotBlank();
                });
        assertThat(folder.resolve("out/instructions.json")).doesNotExist();
    }

    @Test
    void answersThatAreNeverUsableEndTheWork() throws Exception {
        var writer = writer(i -> Reply.saying("As a language model I see nothing."));
        assertThatThrownBy(() -> Instructing.run(request("toybox", 50, "en", writer, "conversation"), context))
                .isInstanceOf(EngineException.class).hasMessageContaining("As a language model");
        assertThat(heard).hasSize(5);
    }

    @Test
    void whatWasWrittenBeforeAFailureIsKept() throws Exception {
        var writer = writer(i -> i < 2 ? Reply.saying("A fish.") : new Reply(503, "busy"));
        assertThatThrownBy(() -> Instructing.run(request("toybox", 5, "en", writer, "description"), context))
                .isInstanceOf(EngineException.class).hasMessageContaining("503");
        assertThat(JsonParser.parseString(Files.readString(folder.resolve("out/instructions.json"))).getAsJsonArray())
                .hasSize(2);
    }

    @Test
    void cancelIsHeardWhileAnAnswerIsWaitedFor() throws Exception {
        var writer = writer(i -> {
            context.cancelled = true;
            try {
                Thread.sleep(1500);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Reply.saying("late");
        });
        assertThatThrownBy(() -> Instructing.run(request("toybox", 1, "en", writer, "description"), context))
                .isInstanceOf(CancellationException.class);
    }

    @ParameterizedTest
    @CsvSource({"ftp://x/v1", "localhost:8000", "http://", "'not an address'", "/v1"})
    void addressesThatAreNone(String address) {
        var writer = Optional.of(new InstructRequest.Writer(address, "m", Optional.empty()));
        assertThatThrownBy(() -> Instructing.run(request("toybox", 1, "en", writer), context))
                .isInstanceOf(EngineException.class).hasMessageContaining(address).hasMessageContaining("http://");
    }

    @Test
    void nobodyIsThere() throws Exception {
        var writer = writer(i -> Reply.saying("x"));
        server.orElseThrow().stop(0);
        assertThatThrownBy(() -> Instructing.run(request("toybox", 1, "en", writer), context))
                .isInstanceOf(EngineException.class).hasMessageContaining("No answer comes from");
    }

    private Path ownFolder(String... lines) throws Exception {
        Path own = Files.createDirectories(folder.resolve("own"));
        Pictures.writePng(own.resolve("a.png"), Toybox.scene(1, 64, World.ALIGNED).picture());
        Pictures.writePng(own.resolve("b.png"), Toybox.scene(2, 64, World.ALIGNED).picture());
        Files.writeString(own.resolve("captions.jsonl"), String.join("\n", lines));
        return own;
    }

    @Test
    void onesOwnPicturesNeedAWriter() throws Exception {
        Path own = ownFolder(
                "{\"image\": \"a.png\", \"caption\": \"one\", \"boxes\": [{\"label\": \"cat\", \"box\": [16, 0, 32, 64]}]}",
                "{\"image\": \"a.png\", \"caption\": \"another\"}", "{\"image\": \"b.png\", \"caption\": \"third\"}",
                "{\"image\": \"b.png\", \"caption\": \"bad\", \"boxes\": [{\"label\": \"cat\", \"box\": [1, 2]}]}");
        assertThatThrownBy(() -> Instructing.run(request(own.toString(), 9, "en", Optional.empty()), context))
                .isInstanceOf(EngineException.class).hasMessageContaining("--address");
        Prompt prompt = Instructing.prompts(request(own.toString(), 1, "en", Optional.empty()), context).getFirst();
        assertThat(prompt.said().getLast().content())
                .isEqualTo("one\nanother\n\ncat: [0.250, 0.000, 0.500, 1.000]");
        InstructResult result = Instructing.run(request(own.toString(), 9, "en",
                writer(i -> Reply.saying("It is a thing.")), "description"), context);
        assertThat(result.conversations()).isEqualTo(2);
        assertThat(read(result).get(0).getAsJsonObject().get("image").getAsString()).isEqualTo("../own/a.png");
    }

    /// Any set that the window opens will do; its rows, once read, show the same without reading it again.
    @Test
    void aTableIsASetToo() throws Exception {
        Path own = ownFolder();
        Files.delete(own.resolve("captions.jsonl"));
        Path table = Files.writeString(own.resolve("texts.csv"),
                "image,caption\na.png,one\nb.png,two\na.png,another\n");
        InstructRequest request = request(table.toString(), 9, "en", Optional.empty(), "description");
        List<Prompt> prompts = Instructing.prompts(request, context);
        assertThat(prompts).extracting(Prompt::id).containsExactly("a-description", "b-description");
        assertThat(prompts.getFirst().said().getLast().content()).isEqualTo("one\nanother");
        List<DataRow> rows = DataSets.open(table, n -> {
        }).rows();
        Files.delete(table);
        assertThat(Instructing.prompts(request, rows, context)).isEqualTo(prompts);
        assertThat(InstructRequest.pictures(rows)).hasSize(2);
    }

    @Test
    void conversationsAreNoCaptions() throws Exception {
        InstructResult made = Instructing.run(request("toybox", 4, "en", Optional.empty()), context);
        assertThatThrownBy(() -> Instructing.prompts(request(made.file().toString(), 4, "en", Optional.empty()),
                context)).isInstanceOf(EngineException.class).hasMessageContaining("captions");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{}|no list", "not json|no list",
            "[{\"image\": \"a.png\"}]|too little",
            "[{\"image\": \"a.png\", \"conversations\": [{\"from\": \"human\", \"value\": \"x\"}]}]|too little",
            "[{\"image\": \"no.png\", \"conversations\": [{\"from\": \"human\", \"value\": \"x\"}, {\"from\": \"gpt\", \"value\": \"y\"}]}]|too little",
            "[{\"image\": \"a.png\", \"conversations\": [{\"from\": \"gpt\", \"value\": \"x\"}, {\"from\": \"human\", \"value\": \"y\"}]}, 7, null]|too little"})
    void filesThatTeachNothing(String json, String said) throws Exception {
        Path own = ownFolder("{\"image\": \"a.png\", \"caption\": \"one\"}",
                "{\"image\": \"b.png\", \"caption\": \"x\"}");
        Path file = Files.writeString(own.resolve("instructions.json"), json);
        assertThatThrownBy(() -> InstructDataset.open(file, 100, false)).isInstanceOf(EngineException.class)
                .hasMessageContaining(said);
    }
}
