package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javafx.application.Platform;
import javafx.embed.swing.SwingFXUtils;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.control.MenuButton;
import javafx.scene.control.Slider;
import javafx.scene.control.Spinner;
import javafx.scene.control.TextArea;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.image.ImageView;
import javafx.scene.input.KeyCode;
import javax.imageio.ImageIO;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataSet;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Questions, conversations and Toybox in the window: looked through, changed with undo and redo, divided, saved in their own form and opened again.
@Tag("fx")
class DataTurnsTest extends WindowTest {
    private static final int COUNT = 12;

    @Override
    void prepare() throws Exception {
        Files.createDirectories(folder.resolve("vqa/val2014"));
        Files.createDirectories(folder.resolve("talk"));
        StringBuilder talk = new StringBuilder("[");
        StringBuilder questions = new StringBuilder("{\"data_subtype\": \"val2014\", \"questions\": [");
        StringBuilder answers = new StringBuilder("{\"annotations\": [");
        for (int i = 0; i < COUNT; i++) {
            Pictures.writePng(folder.resolve("vqa/val2014/%012d.jpg".formatted(i + 1)),
                    Toybox.scene(i, 224, World.ALIGNED).picture());
            String comma = i == 0 ? "" : ", ";
            talk.append(comma).append("""
                    {"id": "%1$d", "image": "../vqa/val2014/%2$012d.jpg", "conversations": [
                     {"from": "human", "value": "<image>\\nWhat can be seen in picture %1$d?"},
                     {"from": "gpt", "value": "%3$s"},
                     {"from": "human", "value": "Are you sure?"}, {"from": "gpt", "value": "Yes, number %1$d."}]}"""
                    .formatted(i, i + 1, Toybox.scene(i, 64, World.ALIGNED).captions().get("en").getLast()));
            for (int q = 0; q < 3; q++) {
                String part = q == 0 && i == 0 ? "" : ", ";
                questions.append(part).append("{\"question_id\": %d, \"image_id\": %d, \"question\": \"%s\"}"
                        .formatted((i + 1) * 1000 + q, i + 1, q == 0
                                ? "What is in picture " + i + "?"
                                : q == 1 ? "How many things are there?" : "Is there a fish?"));
                answers.append(part).append("{\"question_id\": %d, \"multiple_choice_answer\": \"%s\"}"
                        .formatted((i + 1) * 1000 + q, q == 1 ? Integer.toString(i % 3) : "yes"));
            }
        }
        Files.writeString(folder.resolve("talk/talk.json"), talk.append(']'));
        Files.writeString(folder.resolve("vqa/questions.json"), questions.append("]}"));
        Files.writeString(folder.resolve("vqa/annotations.json"), answers.append("]}"));
    }

    private ListView<Integer> rows() {
        return find("data-rows");
    }

    private List<Integer> items() throws Exception {
        return FxStage.call(() -> List.copyOf(rows().getItems()));
    }

    private void read(Path source) throws Exception {
        show("data");
        assertThat(FxStage.call(() -> window.shell.open(List.of(source)))).isTrue();
        await();
    }

    private void await() throws Exception {
        FxStage.await("the split pane's inside", () -> window.scene.lookup("#data-caption") != null);
        FxStage.await("the rows", () -> rows().isVisible() && !rows().getItems().isEmpty());
    }

    private void select(int row) throws Exception {
        FxStage.call(() -> {
            rows().getSelectionModel().select((Integer) row);
            return null;
        });
        FxStage.settle();
    }

    private void search(String words, Integer... found) throws Exception {
        FxStage.call(() -> {
            this.<TextField>find("data-search").setText(words);
            return null;
        });
        FxStage.await(words, () -> items().equals(List.of(found)));
        FxStage.call(() -> {
            this.<TextField>find("data-search").clear();
            return null;
        });
        FxStage.await("all", () -> items().size() > found.length);
    }

    private String said(String id) throws Exception {
        return FxStage.call(() -> this.<TextArea>find(id).getText());
    }

    private void type(String id, String text) throws Exception {
        FxStage.call(() -> {
            this.<TextArea>find(id).setText(text);
            return null;
        });
        key(id, KeyCode.ENTER);
    }

    private String count(String filter) throws Exception {
        return FxStage.call(() -> this.<ToggleButton>find("data-filter-" + filter).getText());
    }

    private void ask(String id) throws Exception {
        Platform.runLater(() -> ((ButtonBase) find(id)).fire());
        dialog();
    }

    private void divide() throws Exception {
        ask("data-divide");
        DialogPane dialog = dialog();
        FxStage.call(() -> {
            ((Slider) dialog.lookup("#data-share")).setValue(50);
            return null;
        });
        press(dialog, 0);
        FxStage.await("the division", () -> count("validation").endsWith(" " + COUNT / 2));
    }

    private void save(Path to, String note) throws Exception {
        ask("data-save");
        DialogPane dialog = dialog();
        FxStage.call(() -> {
            ((TextField) dialog.lookup("#data-folder")).setText(to.toString());
            assertThat(dialog.lookupAll(".label").stream().map(l -> ((Labeled) l).getText()))
                    .anyMatch(t -> t != null && t.contains(note));
            return null;
        });
        press(dialog(), 0);
        FxStage.await("the new set", () -> rows().isVisible() && text("data-name").startsWith(to.toString()));
    }

    private static DataSet set(Path source) throws Exception {
        return engine.sets().read(source).result().toCompletableFuture().get();
    }

    private static List<String> bytes(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().map(f -> {
                try {
                    return f + " " + java.util.Arrays.hashCode(Files.readAllBytes(f));
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }).toList();
        }
    }

    @Test
    void questionsAndAnswersAreChangedDividedAndSaved() throws Exception {
        List<String> before = bytes(folder.resolve("vqa"));
        read(folder.resolve("vqa"));
        assertThat(items()).hasSize(COUNT);
        search("picture 7?", 7);
        select(3);
        assertThat(said("data-question-0")).isEqualTo("What is in picture 3?");
        assertThat(said("data-answer-0")).isEqualTo("yes");
        assertThat(FxStage.call(() -> find("data-caption").getParent().isVisible())).isFalse();
        window.shootAll("data-questions");
        type("data-question-1", "  How many of them? ");
        type("data-answer-1", "two");
        assertThat(said("data-question-1")).isEqualTo("How many of them?");
        type("data-answer-2", "   ");
        assertThat(window.shootLooks("data-questions-edited")).isEmpty();
        key("data-answer-2", KeyCode.ESCAPE);
        assertThat(said("data-answer-2")).as("an empty answer is none").isEqualTo("yes");
        search("how many of them", 3);
        search("two", 3);
        select(3);
        FxStage.call(() -> window.undo.undo());
        assertThat(said("data-answer-1")).isEqualTo("0");
        assertThat(said("data-question-1")).isEqualTo("How many of them?");
        FxStage.call(() -> window.undo.undo());
        assertThat(said("data-question-1")).isEqualTo("How many things are there?");
        assertThat(count("edited")).endsWith(" 0");
        FxStage.call(() -> window.undo.redo());
        FxStage.call(() -> window.undo.redo());
        assertThat(said("data-answer-1")).isEqualTo("two");
        assertThat(count("edited")).endsWith(" 1");
        divide();
        select(5);
        FxStage.call(() -> {
            this.<TextArea>find("data-answer-0").setText("a boat"); // typed, and not yet kept
            return null;
        });
        List<DataRow> old = set(folder.resolve("vqa")).rows();
        Path to = folder.resolve("new");
        save(to, "questions.json");
        List<DataRow> rows = set(to).rows();
        assertThat(set(to).report().format()).isEqualTo("data.format.questions");
        assertThat(rows).hasSize(COUNT);
        assertThat(rows.get(3).turns().get(1).toString()).contains("How many of them?", "two");
        assertThat(rows.get(5).turns().getFirst().answer()).isEqualTo("a boat");
        assertThat(rows.get(3).turns().get(2)).isEqualTo(old.get(3).turns().get(2));
        assertThat(rows.get(7).turns()).isEqualTo(old.get(7).turns());
        assertThat(rows).filteredOn(r -> r.part() == DataRow.Part.VALIDATION).hasSize(COUNT / 2);
        assertThat(bytes(folder.resolve("vqa"))).as("the set's own files").isEqualTo(before);
        assertThat(FxStage.call(() -> find("data-teach").isDisabled())).isFalse();
    }

    @Test
    void everyTurnOfAConversationIsChangedAndSaved() throws Exception {
        Path talk = folder.resolve("talk/talk.json");
        List<String> before = bytes(folder.resolve("talk"));
        read(talk);
        search("number 11", 11);
        select(1);
        assertThat(window.shootLooks("data-talk")).isEmpty();
        type("data-question-0", "What is this?");
        type("data-answer-1", "No.");
        search("what is this", 1);
        select(1);
        fire("data-revert");
        assertThat(said("data-question-0")).isEqualTo("What can be seen in picture 1?");
        assertThat(said("data-answer-1")).isEqualTo("Yes, number 1.");
        FxStage.call(() -> window.undo.undo());
        assertThat(said("data-answer-1")).isEqualTo("No.");
        divide();
        Path to = folder.resolve("new");
        save(to, "instructions.json");
        List<DataRow> rows = set(to).rows();
        assertThat(set(to).report().format()).isEqualTo("data.format.conversations");
        assertThat(rows.get(1).turns()).extracting(t -> t.question() + "|" + t.answer()).element(1)
                .isEqualTo("Are you sure?|No.");
        assertThat(rows.get(1).turns().getFirst().question()).isEqualTo("What is this?");
        assertThat(rows.get(8).turns()).isEqualTo(set(talk).rows().get(8).turns());
        assertThat(rows).filteredOn(r -> r.part() == DataRow.Part.VALIDATION).hasSize(COUNT / 2);
        assertThat(bytes(folder.resolve("talk"))).isEqualTo(before);
    }

    @SuppressWarnings("unchecked")
    private void toybox(int scenes, int noise, String language) throws Exception {
        DialogPane dialog = dialog();
        FxStage.call(() -> {
            ((Spinner<Integer>) dialog.lookup("#data-toybox-count")).getValueFactory().setValue(scenes);
            ((Spinner<Integer>) dialog.lookup("#data-toybox-seed")).getValueFactory().setValue(41);
            ((Slider) dialog.lookup("#data-toybox-noise")).setValue(noise);
            ((ChoiceBox<String>) dialog.lookup("#data-toybox-language")).setValue(language);
            ((ChoiceBox<String>) dialog.lookup("#data-toybox-size")).setValue("64");
            return null;
        });
        press(dialog(), 0);
        await();
        FxStage.await("all of them", () -> items().size() == scenes);
    }

    @Test
    void toyboxIsLookedThroughChangedAndSavedAsASetOfOnesOwn() throws Exception {
        show("data");
        ask("data-toybox");
        toybox(2000, 30, "en");
        assertThat(text("data-name")).contains("Toybox", "41", "30%");
        FxStage.await("the first pictures",
                () -> rows().lookupAll(".image-view").stream().anyMatch(v -> ((ImageView) v).getImage() != null));
        select(3);
        FxStage.await("its picture", () -> ((ImageCanvas) window.scene.lookup("#data-picture")).pictureProperty().get()
                .filter(p -> p.width() == 64).isPresent());
        assertThat(FxStage.call(() -> ((ImageCanvas) window.scene.lookup("#data-picture")).pictureProperty().get()
                .orElseThrow().rgb())).isEqualTo(Toybox.scene(44, 64, World.ALIGNED).picture().rgb());
        window.shootAll("data-toybox");
        long fish = engine.sets().toybox(new ToyboxRequest(2000, 41, 64, "aligned", 0.3, Path.of("")),
                "en").result().toCompletableFuture().get().rows().stream()
                .filter(r -> r.caption().toLowerCase(Locale.ROOT).contains("red fish")).count();
        FxStage.call(() -> {
            this.<TextField>find("data-search").setText("red fish");
            return null;
        });
        FxStage.await("what was looked for", () -> items().size() == fish);
        assertThat(fish).isBetween(1L, 1000L);
        assertThat(FxStage.call(() -> find("data-teach").isDisabled())).isTrue();
        assertThat(FxStage.call(() -> window.settings.get().choices().get("data.toybox.noise"))).isEqualTo("30");
        Platform.runLater(() -> this.<MenuButton>find("data-other").getItems().getLast().fire());
        toybox(COUNT, 30, "zh");
        select(2);
        assertThat(said("data-caption")).containsPattern("\\p{IsHan}");
        type("data-caption", "一条鱼");
        FxStage.call(() -> window.undo.undo());
        assertThat(said("data-caption")).isNotEqualTo("一条鱼");
        FxStage.call(() -> window.undo.redo());
        divide();
        Path to = folder.resolve("mine");
        save(to, "scenes.jsonl");
        List<DataRow> rows = set(to).rows();
        assertThat(rows).hasSize(COUNT);
        assertThat(rows.get(2).caption()).isEqualTo("一条鱼");
        assertThat(rows).filteredOn(r -> r.part() == DataRow.Part.VALIDATION).hasSize(COUNT / 2);
        assertThat(Pictures.read(rows.get(5).picture()).rgb())
                .isEqualTo(Toybox.scene(46, 64, World.ALIGNED).picture().rgb());
        assertThat(FxStage.call(() -> find("data-teach").isDisabled())).isFalse();
    }

    @Test
    void whichScenesIsAskedInBothLooks() throws Exception {
        show("data");
        for (Theme theme : Theme.values()) {
            for (Texts texts : List.of(Texts.ENGLISH, Texts.CHINESE)) {
                FxStage.call(() -> {
                    window.theme.set(theme);
                    window.i18n.textsProperty().set(texts);
                    return null;
                });
                ask("data-toybox");
                FxStage.settle();
                DialogPane dialog = dialog();
                assertThat(FxStage.call(() -> {
                    ImageIO.write(SwingFXUtils.fromFXImage(dialog.getScene().snapshot(null), null), "png",
                            Path.of("target", "screenshots", "data-toybox-dialog-" + theme + "-"
                                    + window.i18n.locale().getLanguage() + ".png").toFile());
                    return Cuts.of(dialog);
                })).isEmpty();
                press(dialog, 1);
            }
        }
        assertThat(FxStage.call(() -> find("data-empty").isVisible())).isTrue();
    }
}
