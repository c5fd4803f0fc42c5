package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javafx.scene.Node;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.control.TitledPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.Clipboard;
import org.diptych.app.shell.Settings;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Picture;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The form is the plan: in short or in full, filled from a plan's file, copied as a command, and for any set that can be read.
@Tag("fx")
class TeachFormTest extends WindowTest {
    private static final int PAIRS = 24;
    private static final double COLUMN = 312;

    @BeforeEach
    void showTeach() throws Exception {
        show("teach");
    }

    /// @return whether it and all around it are shown
    private boolean inSight(String id) throws Exception {
        return FxStage.call(() -> {
            for (Node up = find(id); up != null; up = up.getParent()) {
                if (!up.isVisible()) {
                    return false;
                }
            }
            return true;
        });
    }

    private void type(String id, String text) throws Exception {
        FxStage.call(() -> {
            this.<TextField>find(id).setText(text);
            return null;
        });
    }

    private FineTunePlan now() throws Exception {
        return engine.parsePlan(teachPlan(null));
    }

    @Test
    void theShortFormHasWhatAFirstRunNeeds() throws Exception {
        assertThat(inSight("finetune-batch")).isTrue();
        fire("teach-simple");
        FxStage.settle();
        for (String needed : List.of("finetune-start", "finetune-data", "finetune-objectives", "finetune-steps",
                "finetune-rate", "teach-start")) {
            assertThat(inSight(needed)).as(needed).isTrue();
        }
        for (String more : List.of("finetune-batch", "finetune-weightDecay-value", "finetune-counts",
                "finetune-memory", "finetune-world")) {
            assertThat(inSight(more)).as(more).isFalse();
        }
        window.shootAll("teach-simple");
        window.settings.save();
        assertThat(Settings.read(folder.resolve("settings")).get().choices()).containsEntry("teach.form", "simple");
        fire("teach-advanced");
        FxStage.call(() -> {
            this.<TitledPane>find("finetune-group-optimizer").setExpanded(false);
            return null;
        });
        FxStage.settle();
        assertThat(inSight("finetune-weightDecay-value")).isFalse();
        assertThat(inSight("finetune-batch")).isTrue();
        assertThat(window.settings.get().choices()).containsEntry("teach.group.optimizer", "closed")
                .containsEntry("teach.form", "advanced");
    }

    /// Each setting that was JSON's alone comes into the plan; a wrong number is told at its field and not taken.
    @Test
    void whatIsTypedIsInThePlan() throws Exception {
        for (Map.Entry<String, String> typed : List.of(Map.entry("finetune-weightDecay-value", "0.25"),
                Map.entry("finetune-beta1-value", "0.8"), Map.entry("finetune-clipNorm-value", "2.5"),
                Map.entry("finetune-floor-value", "0.1"), Map.entry("finetune-evaluateEvery-value", "7"),
                Map.entry("finetune-checkpointEvery-value", "70"), Map.entry("finetune-moments-every-value", "9"),
                Map.entry("finetune-moments-megabytes-value", "3"), Map.entry("finetune-train-value", "640"),
                Map.entry("finetune-validation-value", "40"), Map.entry("finetune-pictureSize-value", "64"),
                Map.entry("finetune-lessons-share-value", "0.2"),
                Map.entry("finetune-lessons-patches-value", "0.3"), Map.entry("finetune-lessons-pair-value", "0.6"),
                Map.entry("finetune-codes", " /my pictures, all/codes.jsonl "),
                Map.entry("finetune-lessons-alphaRamp-value", "30"), Map.entry("finetune-steps-value", "123"),
                Map.entry("finetune-batch-value", "24"), Map.entry("finetune-warmup-value", "40"),
                Map.entry("finetune-task-contrastive-value", "0.5"))) {
            type(typed.getKey(), typed.getValue());
        }
        assertThat(FxStage.call(() -> find("finetune-minDelta-value").isDisabled())).isTrue();
        assertThat(FxStage.call(() -> find("finetune-minDelta-value").getAccessibleHelp()))
                .contains("never ends early");
        slide("finetune-patience", 3);
        type("finetune-minDelta-value", "0.01");
        assertThat(FxStage.call(() -> find("finetune-lora-alpha-value").isDisabled())).isTrue();
        FxStage.call(() -> {
            this.<ChoiceBox<Integer>>find("finetune-lora").setValue(8);
            this.<ChoiceBox<String>>find("finetune-masking").setValue("static");
            this.<ChoiceBox<String>>find("finetune-rule").setValue("whole");
            this.<ChoiceBox<Boolean>>find("finetune-joint").setValue(true);
            this.<ChoiceBox<String>>find("finetune-tasks").setValue("one");
            ChoiceBox<Object> trains = find("finetune-trains");
            trains.setValue(trains.getItems().getLast());
            return null;
        });
        assertThat(FxStage.call(() -> this.<TextField>find("finetune-lora-alpha-value").getText())).isEqualTo("16");
        type("finetune-lora-alpha-value", "12");
        type("finetune-lora-parts", "text_model");
        type("finetune-parts", "text_model, text_projection");
        type("finetune-frozen", "text_model.embeddings");
        FineTunePlan plan = now();
        assertThat(plan.optimizer().weightDecay()).isEqualTo(0.25);
        assertThat(plan.optimizer().beta1()).isEqualTo(0.8);
        assertThat(plan.optimizer().clipNorm()).isEqualTo(2.5);
        assertThat(plan.schedule()).isEqualTo(new FineTunePlan.Schedule(40, 0.1));
        assertThat(List.of(plan.steps(), plan.batch(), plan.evaluateEvery(), plan.checkpointEvery()))
                .containsExactly(123, 24, 7, 70);
        assertThat(plan.moments().every()).isEqualTo(9);
        assertThat(plan.moments().megabytes()).isEqualTo(3);
        assertThat(List.of(plan.data().train(), plan.data().validation(), plan.data().pictureSize()))
                .containsExactly(640, 40, 64);
        assertThat(plan.lessons()).isEqualTo(new FineTunePlan.Lessons("static", "whole", 0.2, true, 0.4, 30, 0.3,
                0.6, "/my pictures, all/codes.jsonl", "one"));
        assertThat(plan.objectives()).isEqualTo(Map.of("contrastive", 0.5));
        assertThat(plan.earlyStop()).isEqualTo(new FineTunePlan.EarlyStop("validation.loss", 3, 0.01));
        assertThat(plan.lora()).isEqualTo(
                new FineTunePlan.Lora(8, 12, List.of("text_model"), FineTunePlan.Lora.USUAL));
        assertThat(plan.trains()).isEqualTo(new FineTunePlan.Trains(List.of("text_model", "text_projection"),
                List.of("text_model.embeddings")));

        type("finetune-beta1-value", "1.5");
        assertThat(text("finetune-beta1-fault"))
                .isEqualTo("Not a number from 0 to 0.99999. 0.8 stays until it is one.");
        type("finetune-batch-value", "eight");
        assertThat(inSight("finetune-batch-fault")).isTrue();
        scrollTo("finetune-beta1-value");
        assertThat(window.shootLooks("teach-fault")).isEmpty();
        FineTunePlan after = now();
        assertThat(after.batch()).isEqualTo(24);
        assertThat(after.optimizer().beta1()).isEqualTo(0.8);
        type("finetune-beta1-value", "0.7");
        assertThat(inSight("finetune-beta1-fault")).isFalse();
        slide("finetune-batch", 4);
        assertThat(inSight("finetune-batch-fault")).isFalse();
        assertThat(FxStage.call(() -> this.<TextField>find("finetune-batch-value").getText())).isEqualTo("16");
    }

    @Test
    void aPlansFileFillsTheFormAndStaysTheSamePlan() throws Exception {
        FineTunePlan plan = engine.plan("uniter");
        Path file = Files.writeString(folder.resolve("uniter.json"), engine.planJson(plan));
        assertThat(FxStage.call(() -> window.shell.open(List.of(file)))).isTrue();
        FxStage.settle();
        assertThat(window.notices.last().orElseThrow()).contains(plan.name());
        assertThat(FxStage.call(() -> this.<TextField>find("finetune-steps-value").getText())).isEqualTo("6500");
        assertThat(FxStage.call(() -> find("finetune-trains").isDisabled())).as("stages say what learns").isTrue();
        assertThat(now()).isEqualTo(plan);

        FineTunePlan blip = engine.plan("blip").withSeed(11);
        teachPlan(engine.planJson(blip));
        FxStage.settle();
        assertThat(now()).isEqualTo(blip);
        assertThat(FxStage.call(() -> this.<TextField>find("finetune-seed-value").getText())).isEqualTo("11");
        List<String> ticked = FxStage.call(() -> find("finetune-objectives").lookupAll(".check-box").stream()
                .map(CheckBox.class::cast).filter(CheckBox::isSelected).map(CheckBox::getText).toList());
        assertThat(ticked).containsExactlyInAnyOrder("pictures and texts find each other", "do they belong together",
                "writing");

        // of a checkpoint that is not open yet
        FineTunePlan on = engine.parsePlan("{\"name\": \"on\", \"model\": \"clip\", \"steps\": 30, \"batch\": 8}");
        teachPlan(engine.planJson(on));
        FxStage.await("the checkpoint", () -> window.notices.last().orElse("").contains("“on”"));
        assertThat(now()).isEqualTo(on);
        teachPlan(engine.planJson(engine.parsePlan("{\"model\": \"/nowhere/at/all\"}")));
        FxStage.await("the fault", () -> find("teach-error").isVisible());
        assertThat(now()).isEqualTo(on);
    }

    /// What was copied first still means what it meant.
    @Test
    void eachCopiedCommandHasItsOwnPlan() throws Exception {
        String first = copied();
        Path file = Path.of(first.replaceAll(".*--plan (\\S+) .*", "$1"));
        FineTunePlan before = engine.readPlan(file);
        assertThat(before).isEqualTo(now());
        assertThat(copied()).as("the same plan").isEqualTo(first);
        slide("finetune-seed", 42);
        assertThat(copied()).isNotEqualTo(first).contains("CLIP");
        assertThat(engine.readPlan(file)).isEqualTo(before);
        FxStage.call(() -> {
            window.shell.open("teach", file);
            return null;
        });
        FxStage.settle();
        assertThat(now()).isEqualTo(before);
    }

    private String copied() throws Exception {
        fire("teach-command");
        return FxStage.call(() -> Clipboard.getSystemClipboard().getString());
    }

    private Path set(String name) throws Exception {
        Path set = Files.createDirectories(folder.resolve(name));
        for (int i = 0; i < PAIRS; i++) {
            byte[] rgb = new byte[3];
            rgb[0] = (byte) (10 * i);
            Pictures.writePng(set.resolve(i + ".png"), new Picture(1, 1, rgb, ""));
        }
        return set;
    }

    private void taken(Path set, Path opened) throws Exception {
        ChoiceBox<Boolean> data = find("finetune-data");
        FxStage.call(() -> {
            data.setValue(true);
            return null;
        });
        assertThat(FxStage.call(() -> window.shell.open(List.of(opened)))).as(opened.toString()).isTrue();
        FxStage.await("it is read: " + opened, () -> !find("teach-start").isDisabled());
        assertThat(FxStage.call(() -> find("teach-error").isVisible())).as(opened.toString()).isFalse();
        assertThat(FxStage.call(data::getValue)).as(opened.toString()).isFalse();
        assertThat(now().data().source()).isEqualTo(opened.toString());
    }

    /// Whatever Data opens can be taught with: by its folder, and where it is a file, by that.
    @Test
    void everyFormOfPairsIsTaken() throws Exception {
        Path tsv = set("tsv");
        StringBuilder table = new StringBuilder("image\tcaption\n");
        List<String> coco = new ArrayList<>();
        List<String> images = new ArrayList<>();
        List<String> karpathy = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            table.append(i).append(".png\tnumber ").append(i).append('\n');
            images.add("{\"id\": %d, \"file_name\": \"%d.png\"}".formatted(i, i));
            coco.add("{\"id\": %d, \"image_id\": %d, \"caption\": \"number %d\"}".formatted(i, i, i));
            karpathy.add("{\"filename\": \"%d.png\", \"split\": \"%s\", \"sentences\": [{\"raw\": \"number %d\"}]}"
                    .formatted(i, i % 4 == 0 ? "val" : "train", i));
        }
        Files.writeString(tsv.resolve("captions.tsv"), table);
        taken(tsv, tsv);
        Path own = set("own");
        Path file = Files.writeString(own.resolve("pairs.csv"), table.toString().replace('\t', ','));
        taken(own, own);
        taken(own, file);
        Path published = set("coco");
        Path annotations = Files.writeString(published.resolve("captions_train.json"),
                "{\"images\": " + images + ", \"annotations\": " + coco + "}");
        taken(published, published);
        taken(published, annotations);
        Path splits = set("karpathy");
        Path one = Files.writeString(splits.resolve("dataset.json"), "{\"images\": " + karpathy + "}");
        taken(splits, splits);
        taken(splits, one);
    }

    @Test
    void whatHoldsTooLittleIsRefused() throws Exception {
        Path few = set("few");
        Files.writeString(few.resolve("captions.tsv"), "image\tcaption\n0.png\ta cat\nnone.png\ta dog\n");
        assertThat(FxStage.call(() -> window.shell.open(List.of(few)))).isTrue();
        FxStage.await("the refusal", () -> find("teach-error").isVisible());
        assertThat(FxStage.call(() -> find("teach-error").lookupAll(".label").stream().map(l -> ((Label) l).getText())
                .toList())).anyMatch(t -> t.startsWith("There is too little to learn from"));
        assertThat(now().data().source()).isEqualTo("toybox");
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(model.resolve("vocab.txt"), "a\n");
        assertThat(org.diptych.engine.Engine.mayHoldPairs(model)).isFalse();
    }

    @Test
    void theWholeFormIsLegible() throws Exception {
        FxStage.await("it is counted", () -> !find("finetune-counts").lookupAll(".label").isEmpty());
        FxStage.call(() -> {
            window.stage.setWidth(1024);
            window.stage.setHeight(768);
            return null;
        });
        List<String> cuts = new ArrayList<>();
        for (String group : List.of("data", "lessons", "learns", "batch", "optimizer", "run", "moments")) {
            FxStage.settle();
            scrollTo("finetune-group-" + group);
            assertThat(FxStage.call(() -> find("finetune-group-" + group).getLayoutBounds().getWidth()))
                    .as("the column is as wide as its place").isLessThan(COLUMN);
            cuts.addAll(window.shootLooks("teach-form-" + group));
        }
        assertThat(cuts).isEmpty();
        assertThat(FxStage.call(() -> this.<ToggleButton>find("teach-advanced").isSelected())).isTrue();
    }
}
