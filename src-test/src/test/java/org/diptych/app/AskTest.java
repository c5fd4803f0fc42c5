package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.event.Event;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.Clipboard;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Pane;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.models.RandomModel;
import org.diptych.engine.models.blip2.Blip2Family;
import org.diptych.engine.models.lxmert.LxmertFamily;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The view where models are asked: a chat model, a captioner, one that matches and fills gaps, and one that writes nothing.
@Tag("fx")
class AskTest {
    private static final String QUERIES = """
            {"vision_config": {"hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 2,
                               "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
             "qformer_config": {"hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 2,
                                "num_attention_heads": 2, "cross_attention_frequency": 2},
             "num_query_tokens": 4,
             "text_config": {"vocab_size": %d, "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0,
                             "hidden_size": 24, "ffn_dim": 48, "num_hidden_layers": 2, "num_attention_heads": 2,
                             "max_position_embeddings": 64}}""";
    private static Engine engine;
    private static LoadedModel llava;
    private static LoadedModel blip;
    private static LoadedModel blip2;
    private static LoadedModel asked;
    private static LoadedModel lxmert;
    private static LoadedModel clip;

    @TempDir
    static Path data;
    @TempDir
    Path settings;
    private FxStage window;

    @BeforeAll
    static void start() throws Exception {
        FxStage.startToolkit();
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
        llava = load(Path.of("golden/llava/v1_5_hf").toString());
        blip = load(Path.of("golden/blip/captioning").toString());
        blip2 = load(Path.of("golden/blip2/stage2_opt").toString());
        List<String> words = new ArrayList<>(RegionViewsTest.WORDS);
        words.addAll(List.of("question", "short", "answer", ":"));
        asked = load(RandomModel.save(data.resolve("queries"), new Blip2Family(),
                JsonParser.parseString(QUERIES.formatted(words.size())).getAsJsonObject(), words).toString());
        lxmert = load(RandomModel.save(data.resolve("two-streams"), new LxmertFamily(),
                JsonParser.parseString(RegionViewsTest.CONFIG.formatted(RegionViewsTest.WORDS.size()))
                        .getAsJsonObject(),
                RegionViewsTest.WORDS).toString());
        clip = load("clip");
    }

    private static LoadedModel load(String where) {
        return engine.load(new LoadRequest(where)).result().toCompletableFuture().join();
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @BeforeEach
    void open() throws Exception {
        window = new FxStage(settings);
        window.engine = Optional.of(engine);
        FxStage.call(() -> {
            List.of(clip, lxmert, blip, llava).forEach(window.models::add);
            window.models.selectedProperty().set(Optional.of(llava));
            return null;
        });
        window.open(1440, 900, Workbench::features);
        FxStage.call(() -> {
            window.shell.show("ask");
            return null;
        });
        FxStage.settle();
    }

    @AfterEach
    void close() throws Exception {
        window.close();
    }

    private void choose(LoadedModel model) throws Exception {
        FxStage.call(() -> {
            window.models.selectedProperty().set(Optional.of(model));
            return null;
        });
        FxStage.settle();
    }

    @SuppressWarnings("unchecked")
    private <N extends Node> N find(String id) {
        return (N) window.scene.lookup("#" + id);
    }

    private void mode(String name) throws Exception {
        FxStage.call(() -> {
            ((ToggleButton) find("ask-mode-" + name)).fire();
            return null;
        });
        FxStage.settle();
    }

    private void ask(String text) throws Exception {
        FxStage.call(() -> {
            TextField field = find("ask-text");
            field.setText(text);
            field.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.ENTER, false, false, false, false));
            return null;
        });
        FxStage.settle();
    }

    private boolean going() {
        return find("ask-cancel").isVisible();
    }

    private List<String> words() {
        return all("ask-words").isEmpty() ? List.of() : labels((Pane) all("ask-words").getLast());
    }

    private List<Node> all(String id) {
        return List.copyOf(find("ask-transcript").lookupAll("#" + id));
    }

    private static List<String> labels(Pane chips) {
        return chips.getChildren().stream().map(c -> ((Label) c.lookup(".token")).getText()).toList();
    }

    private float[] map() {
        return ((ImageCanvas) find("ask-picture")).overlays().stream().filter(HeatOverlay.class::isInstance)
                .map(o -> ((HeatOverlay) o).heat()).flatMap(Optional::stream).map(HeatOverlay.Heat::values)
                .findFirst().orElse(new float[0]);
    }

    private static void click(Node node) {
        Event.fireEvent(node, new MouseEvent(MouseEvent.MOUSE_CLICKED, 4, 4, 4, 4, MouseButton.PRIMARY, 1, false, false,
                false, false, true, false, false, true, false, false, null));
    }

    @Test
    void wordsComeAndEachHasItsMapAndItsRivals() throws Exception {
        ask("<image>\nWhat is it?");
        FxStage.await("words", () -> words().size() >= 2);
        FxStage.await("the end", () -> !going());
        int last = words().size() - 1;
        assertThat(last).isGreaterThan(5);
        float[] first = FxStage.call(this::map);
        assertThat(first).as("the last word's map").hasSize(16);
        FxStage.call(() -> {
            click(((Pane) all("ask-words").getLast()).getChildren().get(1));
            return null;
        });
        FxStage.settle();
        float[] second = FxStage.call(this::map);
        assertThat(second).as("another word, another map").hasSize(16).isNotEqualTo(first);
        assertThat(FxStage.call(() -> ((GridPane) find("ask-rivals")).getRowCount())).isEqualTo(8);
        FxStage.call(() -> {
            all("ask-words").getLast().fireEvent(
                    new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.RIGHT, false, false, false, false));
            return null;
        });
        FxStage.settle();
        assertThat(FxStage.call(this::map)).as("the arrow key's next word").isNotEqualTo(second);
        window.shootAll("ask-question");
    }

    @Test
    void whatAModelCannotDoIsSaidAndItsMatchIsScored() throws Exception {
        choose(clip);
        assertThat(FxStage.call(() -> find("ask-mode-caption").isDisabled())).isTrue();
        assertThat(FxStage.call(() -> ((Label) find("ask-reasons")).getText())).contains("CLIP")
                .contains("does not answer questions");
        assertThat(FxStage.call(() -> ((Label) find("ask-hint")).getText())).contains("how well it fits");
        window.shootAll("ask-empty-match");
        ask("a red boat");
        FxStage.await("the score", () -> find("ask-score-cosine") != null);
        FxStage.await("its map", () -> map().length > 0);
        window.shootAll("ask-match");
    }

    @Test
    void gapsAreFilled() throws Exception {
        choose(lxmert);
        mode("fill");
        ask("a red boat");
        FxStage.await("what is wrong", () -> window.scene.getRoot().lookupAll(".error-banner .label").stream()
                .anyMatch(l -> ((Label) l).getText().contains("no gap")));
        FxStage.call(() -> {
            TextField field = find("ask-text");
            field.setText("a  boat and a cat");
            field.positionCaret(2);
            ((Button) find("ask-gap")).fire();
            assertThat(field.getText()).isEqualTo("a [MASK] boat and a cat");
            ((Button) find("ask-go")).fire();
            return null;
        });
        FxStage.await("its map", () -> map().length > 0);
        assertThat(FxStage.call(() -> ((GridPane) find("ask-findings").lookup("GridPane")).getRowCount())).isEqualTo(5);
        window.shootAll("ask-gaps");
    }

    @Test
    void anotherAnswerOfTheListHasAnotherMap() throws Exception {
        choose(lxmert);
        mode("question");
        ask("is the boat red");
        FxStage.await("its map", () -> map().length > 0);
        GridPane answers = FxStage.call(() -> (GridPane) find("ask-findings").lookup("GridPane"));
        assertThat(FxStage.call(answers::getRowCount)).isEqualTo(4);
        assertThat(FxStage.call(() -> find("ask-rivals") == null)).as("nothing is written").isTrue();
        float[] first = FxStage.call(this::map);
        String other = FxStage.call(() -> {
            Label last = (Label) answers.getChildren().stream().filter(Label.class::isInstance)
                    .reduce((a, b) -> b).orElseThrow();
            click(last);
            return last.getText();
        });
        FxStage.await("the other answer's map", () -> ((Label) find("ask-map-caption")).getText().contains(other)
                && map().length > 0 && !java.util.Arrays.equals(map(), first));
    }

    /// A model that reads questions and says how likely a text is as their answer: it writes where no answers are given, and chooses where some are.
    @Test
    void givenAnswersAreChosenFrom() throws Exception {
        LoadedModel asked = load(Path.of("golden/blip/vqa").toString());
        FxStage.call(() -> {
            window.models.add(asked);
            return null;
        });
        choose(asked);
        mode("question");
        ask("what color is it ?");
        FxStage.await("words", () -> !words().isEmpty());
        FxStage.await("the end", () -> !going());
        FxStage.call(() -> {
            ((TextField) find("ask-among")).setText("red, blue，a big cat");
            return null;
        });
        ask("what color is it ?");
        FxStage.await("its map",
                () -> all("ask-findings").getLast().lookup("GridPane") != null && map().length > 0);
        GridPane answers = FxStage.call(() -> (GridPane) all("ask-findings").getLast().lookup("GridPane"));
        assertThat(FxStage.call(answers::getRowCount)).isEqualTo(3);
        window.shootAll("ask-among");
        choose(blip);
        assertThat(FxStage.call(() -> find("ask-among").isVisible())).isFalse();
        FxStage.call(() -> {
            window.models.remove(asked.handle());
            return null;
        });
    }

    @Test
    void aCaptionNeedsNoWordsAndStops() throws Exception {
        choose(blip);
        mode("caption");
        ask("");
        FxStage.await("words", () -> !words().isEmpty());
        FxStage.await("the end", () -> !going());
        window.shootAll("ask-caption");
    }

    /// The language model looks at queries, which have looked at the picture: its words have maps all the same.
    @Test
    void aWordBehindQueriesHasItsMap() throws Exception {
        choose(blip2);
        mode("caption");
        ask("");
        FxStage.await("the end", () -> !going() && words().size() > 1);
        float[] last = FxStage.call(this::map);
        assertThat(last).hasSize(16);
        assertThat(FxStage.call(() -> ((Label) find("ask-map-caption")).getText()))
                .contains("Queries look at the picture");
        FxStage.call(() -> {
            click(((Pane) all("ask-words").getLast()).getChildren().getFirst());
            return null;
        });
        FxStage.settle();
        assertThat(FxStage.call(this::map)).as("another word, another map").hasSize(16).isNotEqualTo(last);
        window.shootAll("ask-queries");
    }

    /// One that captions and answers is told which by the form the question is put in.
    @Test
    void aQuestionIsPutInTheFormOfItsModel() throws Exception {
        choose(asked);
        assertThat(FxStage.call(() -> find("ask-mode-caption").isDisabled())).isFalse();
        assertThat(FxStage.call(() -> find("ask-mode-chat").isDisabled())).isFalse();
        mode("question");
        type("most", "6");
        assertThat(answer("is the cat red")).isNotEmpty();
        assertThat(read()).containsExactly("[CLS]", "question", ":", "is", "the", "cat", "red", "answer", ":", "[SEP]");
        assertThat(FxStage.call(this::map)).hasSize(16);
        FxStage.call(() -> {
            window.shell.palette().commands().stream().filter(c -> c.titleKey().equals("ask.command.copy"))
                    .findFirst().orElseThrow().run().run();
            return null;
        });
        assertThat(FxStage.call(() -> Clipboard.getSystemClipboard().getString()))
                .contains("--question 'is the cat red'", "--template answer");
        window.shootAll("ask-form");
        mode("caption");
        assertThat(answer("the cat")).isNotEmpty();
        assertThat(read()).as("gone on with as it is").containsExactly("[CLS]", "the", "cat", "[SEP]");
        mode("question");
        press("ask-nopicture");
        ask("is the cat red");
        FxStage.await("it needs a picture", () -> told("no picture"));
    }

    private List<String> read() throws Exception {
        FxStage.await("what was read", () -> all("ask-prompt").getLast().isVisible());
        return FxStage.call(() -> labels((Pane) all("ask-prompt").getLast()));
    }

    private void type(String field, String text) throws Exception {
        FxStage.call(() -> {
            ((TextInputControl) find("ask-field-" + field)).setText(text);
            return null;
        });
    }

    private void press(String id) throws Exception {
        FxStage.call(() -> {
            ((ButtonBase) find(id)).fire();
            return null;
        });
        FxStage.settle();
    }

    private boolean told(String part) {
        return window.scene.getRoot().lookupAll(".error-banner .label").stream()
                .anyMatch(l -> l.isVisible() && ((Label) l).getText().contains(part));
    }

    private List<String> answer(String text) throws Exception {
        ask(text);
        FxStage.await("the end", () -> !going());
        return FxStage.call(this::words);
    }

    @Test
    void escapeStopsAndKeepsWhatIsThere() throws Exception {
        type("most", "230");
        ask("<image> What");
        FxStage.await("a few words", () -> words().size() > 2);
        FxStage.call(() -> {
            find("ask-text").fireEvent(
                    new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.ESCAPE, false, false, false, false));
            return null;
        });
        FxStage.await("the stop", () -> !going());
        assertThat(FxStage.call(this::words)).hasSizeBetween(3, 229);
        assertThat(FxStage.call(() -> find("ask-transcript").lookupAll(".label").stream()
                .anyMatch(l -> ((Label) l).getText().startsWith("stopped")))).isTrue();
    }

    /// @return the command that asks the same again
    private String copied() throws Exception {
        return FxStage.call(() -> {
            window.shell.palette().commands().stream().filter(c -> c.titleKey().equals("ask.command.copy"))
                    .findFirst().orElseThrow().run().run();
            return Clipboard.getSystemClipboard().getString();
        });
    }

    @Test
    void theSameSeedDrawsTheSameWordsAndAllIsRemembered() throws Exception {
        press("ask-way-draw");
        type("seed", "7");
        type("most", "12");
        List<String> first = answer("<image> What");
        assertThat(first).hasSize(12);
        assertThat(answer("<image> What")).isEqualTo(first);
        type("seed", "8");
        assertThat(answer("<image> What")).isNotEqualTo(first);
        assertThat(window.settings.get().choices()).containsEntry("ask.way", "DRAW").containsEntry("ask.field.seed",
                "8");
        assertThat(copied()).startsWith("diptych ask --model ").contains("--question '<image> What'", "--most 12",
                "--top-k 50",
                "--seed 8", "--scene ");
        window.shootAll("ask-draw");
    }

    @Test
    void whatCannotBeUsedIsTold() throws Exception {
        press("ask-way-beams");
        type("beams", "0");
        ask("<image> What");
        assertThat(FxStage.call(() -> told("\u201c0\u201d is no value for \u201cBeams\u201d"))).isTrue();
        assertThat(FxStage.call(this::words)).isEmpty();
        window.shootAll("ask-beams-wrong");
        type("beams", "3");
        type("most", "5");
        assertThat(answer("<image> What")).hasSize(5);
        assertThat(FxStage.call(() -> told("Beams"))).isFalse();
        type("least", "6");
        ask("<image> What");
        FxStage.await("longer than it may be", () -> told("It takes a number from 0 to 5."));
        type("least", "5");
        type("length", "2");
        assertThat(answer("<image> What")).hasSize(5);
        assertThat(copied()).contains("--least 5", "--beams 3", "--length-penalty 2.0");
        ask("<image> <image> What");
        FxStage.await("one picture, two places", () -> told("2"));
        assertThat(FxStage.call(() -> ((TextField) find("ask-text")).getText())).as("to be corrected")
                .isEqualTo("<image> <image> What");
        choose(clip);
        press("ask-nopicture");
        ask("a red boat");
        assertThat(FxStage.call(() -> told("no picture to ask about"))).isTrue();
    }

    @Test
    void aConversationReadsWhatWasSaidBefore() throws Exception {
        mode("chat");
        FxStage.call(() -> {
            ChoiceBox<String> forms = find("ask-template");
            assertThat(forms.getItems()).contains("v1", "plain", "mistral_instruct");
            forms.setValue("mistral_instruct");
            return null;
        });
        type("most", "6");
        assertThat(answer("Who is it?")).hasSize(6);
        assertThat(answer("And where?")).hasSize(6);
        FxStage.await("the second prompt", () -> all("ask-prompt").getLast().isVisible());
        String read = FxStage.call(() -> String.join("", labels((Pane) all("ask-prompt").getLast())));
        assertThat(read).contains("<image>").containsSubsequence("Wh", "it?", "[/INST]", "An", "where?", "[/INST]");
        window.shootAll("ask-chat");
        press("ask-clear");
        assertThat(FxStage.call(() -> all("ask-words"))).isEmpty();
    }
}
