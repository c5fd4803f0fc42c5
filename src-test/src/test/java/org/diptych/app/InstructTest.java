package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javafx.application.Platform;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.control.Spinner;
import javafx.scene.control.TextField;
import javafx.scene.control.TextInputControl;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Instruction data is made through the window: by Toybox itself, and by a language model, here a small server of the test's own, once a person agrees.
@Tag("fx")
class InstructTest extends WindowTest {
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private Optional<HttpServer> server = Optional.empty();

    @AfterEach
    void stop() {
        server.ifPresent(s -> s.stop(0));
    }

    private String serve() throws Exception {
        HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        made.createContext("/", exchange -> {
            heard.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = ("{\"choices\": [{\"message\": {\"content\": \"Thing " + heard.size() + " is there.\"}}]}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        made.start();
        server = Optional.of(made);
        return "http://127.0.0.1:" + made.getAddress().getPort() + "/v1";
    }

    private DialogPane ask(String button) throws Exception {
        Platform.runLater(() -> ((Button) find(button)).fire());
        return dialog();
    }

    private static void type(DialogPane dialog, String id, String text) throws Exception {
        FxStage.call(() -> {
            ((TextField) dialog.lookup("#" + id)).setText(text);
            return null;
        });
    }

    private static void fire(DialogPane dialog, String id) throws Exception {
        FxStage.call(() -> {
            ButtonBase button = (ButtonBase) dialog.lookup("#" + id);
            assertThat(button.isDisabled()).as(id + " is disabled").isFalse();
            button.fire();
            return null;
        });
    }

    @SuppressWarnings("unchecked")
    private static void count(DialogPane dialog, String id, int value) throws Exception {
        FxStage.call(() -> {
            ((Spinner<Integer>) dialog.lookup("#" + id)).getValueFactory().setValue(value);
            return null;
        });
    }

    private static String prompt(DialogPane dialog) {
        return ((TextInputControl) dialog.lookup("#instruct-prompt")).getText();
    }

    private JsonArray read(Path file) throws Exception {
        return JsonParser.parseString(Files.readString(file)).getAsJsonArray();
    }

    private void awaitRows(int rows) throws Exception {
        FxStage.await("the conversations", () -> window.scene.lookup("#data-rows") instanceof ListView<?> list
                && list.isVisible() && list.getItems().size() == rows);
    }

    @Test
    void toyboxWritesByItself() throws Exception {
        show("data");
        DialogPane dialog = ask("data-instruct-first");
        FxStage.await("the prompt", () -> prompt(dialog).contains(
                Toybox.scene(0, 64, World.ALIGNED).captions().get("en").getFirst()));
        assertThat(FxStage.call(() -> prompt(dialog))).startsWith("[task]\n").contains("[example answer]\nQuestion:");
        count(dialog, "instruct-picture", 3);
        FxStage.await("the third picture's", () -> prompt(dialog).contains(
                Toybox.scene(2, 64, World.ALIGNED).captions().get("en").getFirst()));
        shoot(dialog, "instruct-toybox");
        Path out = folder.resolve("talks");
        type(dialog, "instruct-out", out.toString());
        count(dialog, "instruct-count", 8);
        assertThat(FxStage.call(() -> can(dialog))).isTrue();
        for (String form : List.of("conversation", "description", "reasoning")) {
            fire(dialog, "instruct-form-" + form);
        }
        assertThat(FxStage.call(() -> why(dialog))).contains("one kind");
        fire(dialog, "instruct-form-conversation");
        fire(dialog, "instruct-form-reasoning");
        press(dialog, 0);
        awaitRows(16);
        assertThat(read(out.resolve("instructions.json"))).hasSize(16);
        assertThat(out.resolve("images/000007.png")).exists();
        assertThat(FxStage.call(() -> window.settings.get().choices())).containsEntry("instruct.forms",
                "conversation,reasoning").containsEntry("instruct.count", "8");
    }

    @Test
    void nothingIsSentBeforeAPersonAgrees() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            Pictures.writePng(folder.resolve(i + ".png"), Toybox.scene(i, 64, World.ALIGNED).picture());
            lines.append("{\"image\": \"").append(i).append(".png\", \"caption\": \"picture number ").append(i)
                    .append("\", \"boxes\": [{\"label\": \"thing\", \"box\": [0, 0, 32, 64]}]}\n");
        }
        Path set = Files.writeString(folder.resolve("captions.jsonl"), lines);
        show("data");
        FxStage.call(() -> window.shell.open(List.of(set)));
        awaitRows(6);
        FxStage.call(() -> {
            ListView<Integer> rows = find("data-rows");
            rows.getSelectionModel().select((Integer) 4);
            return null;
        });
        DialogPane dialog = ask("data-instruct");
        FxStage.await("the chosen row's prompt",
                () -> prompt(dialog).endsWith("picture number 4\n\nthing: [0.000, 0.000, 0.500, 1.000]"));
        assertThat(FxStage.call(() -> can(dialog))).isFalse();
        assertThat(FxStage.call(() -> why(dialog))).contains("Only Toybox");
        assertThat(FxStage.call(() -> dialog.lookup("#instruct-address").getParent().getParent().isVisible()))
                .as("off").isFalse();
        String address = serve();
        fire(dialog, "instruct-asks");
        assertThat(FxStage.call(() -> why(dialog))).contains("http://");
        type(dialog, "instruct-address", address);
        assertThat(FxStage.call(() -> why(dialog))).contains("Agree");
        Path out = folder.resolve("talks");
        type(dialog, "instruct-out", out.toString());
        fire(dialog, "instruct-form-conversation");
        fire(dialog, "instruct-form-reasoning");
        count(dialog, "instruct-count", 3);
        assertThat(FxStage.call(() -> ((Labeled) dialog.lookup("#instruct-sent")).getText()))
                .startsWith("Up to 3 requests go to 127.0.0.1.");
        fire(dialog, "instruct-agree");
        assertThat(FxStage.call(() -> can(dialog))).isTrue();
        count(dialog, "instruct-count", 2);
        assertThat(FxStage.call(() -> can(dialog))).as("agreed to another number").isFalse();
        fire(dialog, "instruct-agree");
        type(dialog, "instruct-address", address.replace("127.0.0.1", "localhost"));
        assertThat(FxStage.call(() -> can(dialog))).as("agreed to another place").isFalse();
        type(dialog, "instruct-address", address);
        FxStage.settle();
        shoot(dialog, "instruct-own");
        assertThat(heard).as("without a yes").isEmpty();
        fire(dialog, "instruct-agree");
        press(dialog, 0);
        awaitRows(2);
        assertThat(heard).hasSize(2).allMatch(h -> h.contains("picture number"))
                .noneMatch(h -> h.contains("image_url"));
        JsonArray made = read(out.resolve("instructions.json"));
        assertThat(made.get(0).getAsJsonObject().getAsJsonArray("conversations").get(1).getAsJsonObject().get("value")
                .getAsString()).isEqualTo("Thing 1 is there.");
        assertThat(FxStage.call(() -> window.settings.get().choices())).containsEntry("instruct.address", address)
                .doesNotContainKey("instruct.key");
    }
}
