package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.Slider;
import javafx.scene.control.TextArea;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.DialogPane;
import javafx.scene.input.KeyCode;
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.data.regions.RegionSets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A set with region features in the window: its boxes over the pictures, what lacks them, a copy that has them too, and a model of regions that learns from it.
@Tag("fx")
class RegionSetViewTest extends WindowTest {
    private static final int COUNT = 24;
    private static LoadedModel uniter;

    @BeforeAll
    static void load() {
        uniter = engine.load(new LoadRequest("uniter")).result().toCompletableFuture().join();
    }

    @Override
    void prepare() throws Exception {
        FxStage.call(() -> {
            window.models.add(uniter);
            return null;
        });
    }

    private Path set(boolean classes) throws Exception {
        Path set = RegionSets.write(Files.createDirectories(folder.resolve("photos")), COUNT, 2, classes);
        Files.delete(set.resolve("2.npz"));
        return set;
    }

    private ListView<Integer> rows() {
        return find("data-rows");
    }

    private void open(Path set) throws Exception {
        show("data");
        assertThat(FxStage.call(() -> window.shell.open(List.of(set)))).isTrue();
        FxStage.await("the rows", () -> window.scene.lookup("#data-caption") != null && rows().isVisible()
                && rows().getItems().size() == COUNT - 1);
    }

    private BoxOverlay boxes() {
        Node up = find("data-boxes");
        while (up.lookup(".image-canvas") == null) {
            up = up.getParent();
        }
        return (BoxOverlay) ((ImageCanvas) up.lookup(".image-canvas")).overlays().getFirst();
    }

    private void select(int row) throws Exception {
        FxStage.call(() -> {
            rows().getSelectionModel().select((Integer) row);
            return null;
        });
    }

    /// Row `row` of the opened set shows picture `number`.
    private void awaitBoxes(int row, int number) throws Exception {
        select(row);
        List<String> kinds = RegionSets.regions(number, 2).labels().stream()
                .map(l -> l.substring(l.lastIndexOf(' ') + 1)).toList();
        FxStage.await("the boxes of " + number,
                () -> boxes().marks().stream().map(BoxOverlay.Mark::label).toList().equals(kinds));
        float right = RegionSets.regions(number, 2).boxes().getFirst().x2();
        assertThat(FxStage.call(() -> boxes().marks().getFirst().box().x2())).isEqualTo(right,
                org.assertj.core.api.Assertions.within(0.01f));
    }

    @Test
    void boxesAreDrawnOverThePicturesAndGoAtAClick() throws Exception {
        open(set(true));
        assertThat(text("data-regions")).contains("12 numbers", "16 classes");
        awaitBoxes(0, 0);
        awaitBoxes(2, 3);
        assertThat(FxStage.call(() -> boxes().at(new Point2D(
                boxes().marks().getFirst().box().x1() + 1, boxes().marks().getFirst().box().y1() + 1)))).isPresent();
        window.shootAll("data-regions");
        FxStage.call(() -> {
            this.<CheckBox>find("data-boxes").fire();
            return null;
        });
        assertThat(FxStage.call(() -> boxes().marks())).isEmpty();
        select(4);
        FxStage.settle();
        assertThat(FxStage.call(() -> boxes().marks())).as("the next picture's stay away too").isEmpty();
        FxStage.call(() -> {
            this.<CheckBox>find("data-boxes").fire();
            return null;
        });
        awaitBoxes(5, 6);
        FxStage.call(() -> {
            this.<ToggleButton>find("data-filter-broken").fire();
            return null;
        });
        FxStage.await("what is broken", () -> this.<ListView<?>>find("data-broken").getItems().size() == 1);
        assertThat(window.shootLooks("data-regions-broken")).isEmpty();
    }

    @Test
    void damagedFeaturesSayWhatIsWrong() throws Exception {
        Path set = set(true);
        open(set);
        Files.writeString(set.resolve("1.npz"), "no zip");
        select(1);
        FxStage.await("what is wrong", () -> find("data-boxes-fault").isVisible());
        assertThat(text("data-boxes-fault")).contains("1.npz");
        assertThat(FxStage.call(() -> boxes().marks())).isEmpty();
        awaitBoxes(0, 0);
        assertThat(FxStage.call(() -> find("data-boxes-fault").isVisible())).isFalse();
    }

    @Test
    void anEditedCopyHasItsRegionsToo() throws Exception {
        open(set(true));
        awaitBoxes(0, 0);
        FxStage.call(() -> {
            this.<TextArea>find("data-caption").setText("something else");
            return null;
        });
        key("data-caption", KeyCode.ENTER);
        javafx.application.Platform.runLater(() -> this.<javafx.scene.control.Button>find("data-save").fire());
        DialogPane dialog = dialog();
        Path to = folder.resolve("copy");
        FxStage.call(() -> {
            ((TextField) dialog.lookup("#data-folder")).setText(to.toString());
            return null;
        });
        press(dialog, 0);
        FxStage.await("the copy", () -> Files.exists(to.resolve("captions.jsonl")) && find("data-rows").isVisible()
                && !find("data-teach").isDisabled());
        assertThat(text("data-regions")).contains("12 numbers", "16 classes");
        awaitBoxes(0, 0);
        assertThat(FxStage.call(() -> this.<TextArea>find("data-caption").getText())).isEqualTo("something else");
        awaitBoxes(2, 3);
    }

    private void begin(String title, boolean fresh) throws Exception {
        FxStage.call(() -> {
            ComboBox<Object> from = find("finetune-start");
            from.setValue(from.getItems().stream()
                    .filter(s -> from.getConverter().toString(s).contains(title)
                            && from.getConverter().toString(s).toLowerCase(java.util.Locale.ROOT)
                                    .contains("fresh") == fresh)
                    .findFirst().orElseThrow());
            return null;
        });
        FxStage.settle();
    }

    private List<String> objectives(boolean ticked) throws Exception {
        return FxStage.call(() -> find("finetune-objectives").lookupAll(".check-box").stream().map(CheckBox.class::cast)
                .filter(b -> ticked ? b.isSelected() : b.isDisabled()).map(CheckBox::getText).toList());
    }

    @Test
    void aModelOfRegionsLearnsFromIt() throws Exception {
        open(set(false));
        fire("data-teach");
        begin("UNITER", true);
        FxStage.await("the set was looked at", () -> find("finetune-regions").isVisible());
        assertThat(text("finetune-regions")).contains("12 numbers");
        String classes = window.i18n.get("finetune.task.mrc");
        String questions = window.i18n.get("finetune.task.vqa");
        FxStage.await("what it has nothing for", () -> objectives(false).contains(classes));
        assertThat(objectives(false)).contains(questions);
        assertThat(objectives(true)).containsExactlyInAnyOrder(window.i18n.get("finetune.task.mlm"),
                window.i18n.get("finetune.task.itm"));
        assertThat(text("finetune-lacking")).contains(classes, questions);
        FxStage.call(() -> {
            ((Slider) find("finetune-steps")).setValue(Math.log10(20));
            ((Slider) find("finetune-batch")).setValue(3);
            return null;
        });
        assertThat(window.shootLooks("teach-regions")).isEmpty();
        fire("teach-start");
        FxStage.await("the run", () -> engine.runs().list().stream()
                .anyMatch(r -> r.status() == RunSummary.Status.FINISHED && r.step() == 20));
        RunSummary run = engine.runs().list().getFirst();
        assertThat(run.header().plan().allObjectives()).as("all stages leave out what the set has nothing for")
                .containsOnlyKeys("mlm", "itm");
        assertThat(((Number) run.header().plan().config().get("img_dim")).intValue()).isEqualTo(12);
        assertThat(engine.runs().log(run.id()).since(0)).filteredOn(r -> r.values().containsKey("loss")).hasSize(20);
        FxStage.await("the curve", () -> ((org.diptych.app.chart.LiveChart) find("teach-chart")).points() > 20);
    }

    @Test
    void whatDoesNotFitIsToldBeforeTheStart() throws Exception {
        open(set(true));
        fire("data-teach");
        begin(uniter.title(), false);
        FxStage.await("the reason", () -> find("teach-start").isDisabled());
        assertThat(text("teach-why")).contains("192", "12", "UNITER");
        assertThat(window.shootLooks("teach-regions-width")).isEmpty();
        begin("LXMERT", true);
        FxStage.await("it fits", () -> !find("teach-start").isDisabled());
        Path plain = RegionSets.pictures(Files.createDirectories(folder.resolve("plain")), COUNT);
        FxStage.call(() -> {
            window.shell.learn(plain);
            return null;
        });
        FxStage.await("the other reason", () -> find("teach-start").isDisabled());
        assertThat(text("teach-why")).contains("LXMERT").contains("region");
        begin("CLIP", true);
        FxStage.await("pixels do", () -> !find("teach-start").isDisabled());
    }
}
