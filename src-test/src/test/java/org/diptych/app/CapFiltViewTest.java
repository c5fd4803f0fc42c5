package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.Spinner;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import org.diptych.engine.Engine;
import org.diptych.engine.api.CapFiltRole;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.ToyboxRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Captioning and filtering through the window: the whole work, and a person's word on what was decided; pictures of the view lie in `target/screenshots`.
@Tag("fx")
class CapFiltViewTest {
    private static final int PAIRS = 24;
    private static final long SEED = 3L << 40;

    @TempDir
    static Path data;
    private static Engine engine;

    @TempDir
    Path temporary;
    private Path folder;
    private FxStage window;

    @BeforeAll
    static void start() throws Exception {
        FxStage.startToolkit();
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @BeforeEach
    void open() throws Exception {
        folder = Files.createDirectories(temporary.resolve("sets"));
        open(Map.of("capfilt.out", folder.resolve("out").toString()));
    }

    private void open(Map<String, String> remembered) throws Exception {
        window = new FxStage(folder.resolve("settings"));
        window.engine = Optional.of(engine);
        FxStage.call(() -> {
            window.settings.update(v -> v.withChoices(remembered));
            return null;
        });
        window.open(1440, 900, Workbench::features);
        FxStage.call(() -> {
            window.shell.show("capfilt");
            return null;
        });
        FxStage.settle();
    }

    @AfterEach
    void close() throws Exception {
        window.close();
    }

    @SuppressWarnings("unchecked")
    private <N extends Node> N find(String id) {
        N node = (N) window.scene.lookup("#" + id);
        assertThat(node).as(id).isNotNull();
        return node;
    }

    private String text(String id) throws Exception {
        return FxStage.call(() -> this.<Label>find(id).getText());
    }

    private void fire(String id) throws Exception {
        FxStage.call(() -> {
            Button button = find(id);
            assertThat(button.isDisabled()).as(id + " is disabled").isFalse();
            button.fire();
            return null;
        });
    }

    private void set(String spinner, int value) throws Exception {
        FxStage.call(() -> {
            this.<Spinner<Integer>>find(spinner).getValueFactory().setValue(value);
            return null;
        });
    }

    private int rows() throws Exception {
        return FxStage.call(() -> this.<TableView<?>>find("capfilt-table").getItems().size());
    }

    private void press(KeyCode code) throws Exception {
        FxStage.call(() -> {
            Node table = find("capfilt-table");
            table.requestFocus();
            table.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", code, false, false, false, false));
            return null;
        });
        FxStage.settle();
    }

    private void undo() throws Exception {
        FxStage.call(() -> {
            assertThat(window.undo.undo()).isPresent();
            return null;
        });
    }

    private static List<JsonObject> lines(Path file) throws IOException {
        List<JsonObject> out = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            out.add(JsonParser.parseString(line).getAsJsonObject());
        }
        return out;
    }

    /// Decisions as a good filter takes them, of which it lets one wrong text through and drops each fifth that was written.
    private Path decided() throws Exception {
        Path out = folder.resolve("decided");
        Path pairs = folder.resolve("pairs");
        engine.toybox(new ToyboxRequest(PAIRS, SEED, 64, "aligned", 0.4, pairs)).result().toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        JsonObject settings = new JsonObject();
        settings.addProperty("captioner", folder.resolve("captioner").toString());
        settings.addProperty("filter", folder.resolve("filter").toString());
        settings.addProperty("pairs", pairs.toString());
        settings.addProperty("top_p", 0.9);
        settings.addProperty("least", 5);
        settings.addProperty("most", 20);
        settings.addProperty("threshold", 0.5);
        settings.addProperty("seed", 7);
        Files.createDirectories(out);
        Files.writeString(out.resolve("capfilt.json"), settings.toString());
        StringBuilder text = new StringBuilder();
        boolean letBy = false;
        List<JsonObject> found = lines(pairs.resolve("captions.jsonl"));
        for (int i = 0; i < found.size(); i++) {
            boolean right = found.get(i).get("right").getAsBoolean();
            double match = right || !letBy ? 0.7 + 0.01 * i : 0.04 + 0.01 * i;
            letBy |= !right;
            text.append(line(i, "web", found.get(i).get("caption").getAsString(), match));
            text.append(line(i, "synthetic",
                    engine.scene(SEED + i, 64, "aligned").captions().get("en").getFirst(),
                    i % 5 == 4 ? 0.31 : 0.97 - 0.01 * i));
        }
        Files.writeString(out.resolve("captions.jsonl"), text.toString());
        return out;
    }

    private static String line(int pair, String source, String caption, double match) {
        JsonObject json = new JsonObject();
        json.addProperty("pair", pair);
        json.addProperty("image", String.format("%06d.png", pair));
        json.addProperty("source", source);
        json.addProperty("caption", caption);
        json.addProperty("match", match);
        json.addProperty("keep", match >= 0.5);
        json.addProperty("overruled", false);
        return json + "\n";
    }

    private Path opened() throws Exception {
        Path out = decided();
        FxStage.call(() -> {
            assertThat(window.shell.open(List.of(out))).isTrue();
            return null;
        });
        FxStage.await("the decisions", () -> !this.<TableView<?>>find("capfilt-table").getItems().isEmpty());
        return out;
    }

    @Test
    void anEmptyViewSaysWhatToDo() throws Exception {
        assertThat(text("capfilt-empty")).contains("press Start");
        FxStage.await("it can begin", () -> !find("capfilt-start").isDisabled());
        assertThat(FxStage.call(() -> this.<ComboBox<?>>find("capfilt-filter").getValue()))
                .isEqualTo(FxStage.call(() -> this.<ComboBox<?>>find("capfilt-captioner").getValue()));
        assertThat(window.shootLooks("capfilt-empty")).isEmpty();
        window.close();
        open(Map.of("capfilt.pairs", folder.toString()));
        FxStage.await("the reason", () -> text("capfilt-state").contains("no captions.jsonl"));
        assertThat(FxStage.call(() -> find("capfilt-start").isDisabled())).isTrue();
        assertThat(text("capfilt-state")).contains(folder.toString());
    }

    @Test
    void aPersonHasTheLastWordAndCanTakeItBack() throws Exception {
        Path out = opened();
        Path file = out.resolve("captions.jsonl");
        List<JsonObject> before = lines(file);
        long kept = before.stream().filter(d -> d.get("source").getAsString().equals("web"))
                .filter(d -> d.get("keep").getAsBoolean()).count();
        assertThat(text("capfilt-web-kept")).isEqualTo("" + kept);
        assertThat(text("capfilt-web-dropped")).isEqualTo("" + (PAIRS - kept));
        assertThat(text("capfilt-synthetic-dropped")).isEqualTo("4");
        assertThat(text("capfilt-more")).contains("known to be wrong: " + (PAIRS - kept) + " caught, 1 let through");

        press(KeyCode.DOWN);
        press(KeyCode.RIGHT);
        press(KeyCode.SPACE);
        FxStage.await("it stands there", () -> lines(file).get(3).get("overruled").getAsBoolean());
        List<JsonObject> after = lines(file);
        assertThat(after.get(3).get("keep").getAsBoolean()).isFalse();
        assertThat(after.stream().filter(d -> d.get("overruled").getAsBoolean())).hasSize(1);
        assertThat(captions(out)).isEqualTo(kept(after));
        assertThat(text("capfilt-synthetic-dropped")).isEqualTo("5");
        assertThat(text("capfilt-more")).contains("1 decision overruled by you");

        press(KeyCode.LEFT);
        press(KeyCode.SPACE);
        FxStage.await("both stand there", () -> lines(file).get(2).get("overruled").getAsBoolean());
        undo();
        undo();
        FxStage.await("the filter's own word", () -> lines(file).equals(before));
        assertThat(captions(out)).isEqualTo(kept(before));
        assertThat(text("capfilt-synthetic-dropped")).isEqualTo("4");
    }

    private static List<String> kept(List<JsonObject> decisions) {
        return decisions.stream().filter(d -> d.get("keep").getAsBoolean()).map(d -> d.get("caption").getAsString())
                .toList();
    }

    private static List<String> captions(Path out) throws IOException {
        return lines(out.resolve("cleaned/captions.jsonl")).stream().map(l -> l.get("caption").getAsString()).toList();
    }

    @Test
    void kindsSearchAndThreshold() throws Exception {
        Path out = opened();
        FxStage.call(() -> {
            this.<ToggleButton>find("capfilt-show-let-by").fire();
            return null;
        });
        assertThat(rows()).isEqualTo(1);
        FxStage.call(() -> {
            this.<ToggleButton>find("capfilt-show-all").fire();
            this.<TextField>find("capfilt-search").setText("no such words");
            return null;
        });
        assertThat(rows()).isZero();
        assertThat(text("capfilt-none")).contains("clear the search");
        FxStage.call(() -> {
            this.<TextField>find("capfilt-search").clear();
            this.<Slider>find("capfilt-threshold").setValue(0.3);
            return null;
        });
        FxStage.await("the threshold stands there", () -> JsonParser
                .parseString(Files.readString(out.resolve("capfilt.json"))).getAsJsonObject().get("threshold")
                .getAsDouble() == 0.3);
        assertThat(text("capfilt-synthetic-dropped")).isEqualTo("0");
        undo();
        FxStage.await("the former threshold", () -> text("capfilt-synthetic-dropped").equals("4"));
        assertThat(FxStage.call(() -> this.<Slider>find("capfilt-threshold").getValue())).isEqualTo(0.5);
    }

    @Test
    void theCleanedSetIsWrittenAndTaughtWith() throws Exception {
        Path out = opened();
        fire("capfilt-write");
        FxStage.await("the notice", () -> window.notices.last().filter(t -> t.contains("The cleaned set has"))
                .isPresent());
        assertThat(captions(out)).isEqualTo(kept(lines(out.resolve("captions.jsonl"))));
        fire("capfilt-teach");
        FxStage.await("Teach", () -> window.shell.shown().filter(f -> f.id().equals("teach")).isPresent());
        FxStage.await("its folder", () -> window.scene.lookup("#finetune-data") instanceof ChoiceBox<?> source
                && Boolean.FALSE.equals(source.getValue())); // the form is laid out a pulse after the view is shown
    }

    /// Both parts are taught, for as short as it goes, and clean Toybox pairs.
    @Test
    void thePipelineRunsFromNothingAndIsBrokenOff() throws Exception {
        assertThat(engine.cleaning().learns("blip")).containsExactly(CapFiltRole.CAPTIONER, CapFiltRole.FILTER);
        assertThat(engine.cleaning().learns("beit3")).as("its stages only differ in what they ask")
                .contains(CapFiltRole.CAPTIONER);
        assertThat(engine.cleaning().plan(CapFiltRole.CAPTIONER, "beit3", 8, Optional.empty()).stages()).isEmpty();
        assertThat(engine.cleaning().learns("llava")).as("its parts learn one after the other").isEmpty();
        assertThat(engine.cleaning().learns("clip")).as("it has no matching head").isEmpty();
        assertThat(engine.cleaning().learns("uniter")).as("it reads regions, which pairs do not have").isEmpty();
        set("capfilt-steps", 4000);
        set("capfilt-count", 12);
        FxStage.await("it can begin", () -> !find("capfilt-start").isDisabled());
        fire("capfilt-start");
        Path out = folder.resolve("out");
        FxStage.await("the captioner learns", () -> text("capfilt-state").contains("teaching the captioner · ")
                && Files.exists(out.resolve("captioner/log.jsonl")));
        assertThat(FxStage.call(() -> find("capfilt-start").isDisabled())).isTrue();
        fire("capfilt-cancel");
        FxStage.await("the end", () -> find("capfilt-cancel").isDisabled());
        assertThat(window.notices.last().orElseThrow()).contains("Stopped");
        assertThat(FxStage.call(() -> engine.loaded())).as("nothing half taught stays").isEmpty();

        FxStage.await("it can be gone on with",
                () -> this.<Button>find("capfilt-start").getText().equals("Go on"));
        long learnt = losses(out);
        fire("capfilt-start");
        FxStage.await("it learns on", () -> losses(out) > learnt);
        fire("capfilt-cancel");
        FxStage.await("the end", () -> find("capfilt-cancel").isDisabled());
        assertThat(steps(out)).as("from where it was, each step once").doesNotHaveDuplicates().startsWith(1);

        fire("capfilt-new");
        assertThat(FxStage.call(() -> this.<Button>find("capfilt-start").getText())).isEqualTo("Start");
        set("capfilt-steps", 2);
        fire("capfilt-start");
        FxStage.await("the end", () -> find("capfilt-cancel").isDisabled());
        assertThat(FxStage.call(() -> window.scene.getRoot().lookupAll(".error-banner").stream()
                .filter(Node::isVisible).count())).as("errors shown").isZero();
        FxStage.await("the decisions", () -> !this.<TableView<?>>find("capfilt-table").getItems().isEmpty());
        assertThat(rows()).isEqualTo(12);
        Path made = data.resolve("capfilt/set-1");
        assertThat(made.resolve("captioner/model/model.safetensors")).exists();
        assertThat(made.resolve("filter/model/model.safetensors")).exists();
        assertThat(lines(made.resolve("captions.jsonl"))).hasSizeGreaterThanOrEqualTo(12);
        assertThat(text("capfilt-more")).contains("known to be wrong");
        assertThat(window.settings.get().choices()).containsEntry("capfilt.steps", "2").containsEntry("capfilt.out",
                made.toString());
    }

    private static List<Integer> steps(Path out) throws IOException {
        return lines(out.resolve("captioner/log.jsonl")).stream()
                .filter(l -> l.has("values") && l.getAsJsonObject("values").has("loss"))
                .map(l -> l.get("step").getAsInt()).toList();
    }

    private static long losses(Path out) throws IOException {
        return steps(out).size();
    }

    @Test
    void nothingIsCutOff() throws Exception {
        opened();
        press(KeyCode.DOWN);
        press(KeyCode.DOWN);
        press(KeyCode.SPACE);
        FxStage.settle();
        window.shootAll("capfilt");
    }
}
