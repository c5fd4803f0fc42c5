package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.LoadReport;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.TaskView.Masking;
import org.diptych.engine.api.TasksRequest;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.session.Catalog;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every objective of every family on one scene: what is hidden from it, and that its loss is that of its guesses.
@Tag("invariant")
class TasksTest {
    private static final long SCENE = 5;
    /// The committed plan has no head for features, since it does not teach them.
    private static final String[] REGIONS = {"config.has_feat_regress", "true"};
    private static final List<Masking> BOTH = List.of(Masking.CONDITIONAL, Masking.JOINT);

    @TempDir
    Path folder;
    private final Shelf shelf = new Shelf();

    private VisionLanguageModel open(String plan, String... replaced) throws Exception {
        FineTunePlan tiny = TinyPlans.of(plan, replaced);
        return TestLane.run(context -> {
            VisionLanguageModel model = Models.named(tiny.model().substring("fresh:".length())).orElseThrow()
                    .create(FreshFiles.write(folder, tiny), new ModelFiles(Optional.of(folder)));
            NDManager weights = TestLane.lane().scopes().weights();
            ((Initialises) model).initialise(weights, 3);
            ((Initialises) model).settle();
            var card = Catalog.read().stream().filter(c -> c.id().equals(model.family())).findFirst().orElseThrow();
            shelf.put(new Shelf.Held(model, Shelf.describe(model, card, "m", "m", "m", LoadedModel.Provenance.RANDOM,
                    new LoadReport("–", "–", List.of(), 0, 0, 0, Map.of(), List.of(), List.of(), Map.of(), List.of(),
                            false)),
                    weights));
            return model;
        });
    }

    @AfterEach
    void free() throws EngineException {
        TestLane.run(context -> {
            shelf.remove("m");
            return true;
        });
    }

    private List<TaskView> views(long seed, List<Masking> maskings) throws EngineException {
        Scene scene = Toybox.scene(SCENE, shelf.get("m").shown().sceneSize(), World.named("aligned"));
        return ask(new TasksRequest("m", scene.picture(), scene.captions().get("en").getLast(),
                Optional.of(RegionSource.Crops.of(scene)), OptionalLong.of(SCENE), seed, maskings));
    }

    private List<TaskView> ask(TasksRequest request) throws EngineException {
        try {
            return new Asking(TestLane.lane(), shelf).tasks(request).result().toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EngineException told) {
                throw told;
            }
            throw e;
        }
    }

    private static TaskView of(List<TaskView> views, Task task, Masking masking) {
        return views.stream().filter(v -> v.task() == task && v.masking() == masking).findFirst().orElseThrow();
    }

    /// Everything but the pixels of small pictures, which know no equality.
    private static String said(List<TaskView> views) {
        return views.toString().replaceAll("rgb=[^,]*", "");
    }

    @Test
    void oneSideIsHiddenOrBoth() throws Exception {
        open("uniter", REGIONS);
        List<TaskView> views = views(7, BOTH);
        for (Task task : List.of(Task.REGION_FEATURES, Task.REGION_DISTRIBUTIONS, Task.REGION_CLASSES)) {
            TaskView alone = of(views, task, Masking.CONDITIONAL);
            assertThat(alone.words()).isEmpty();
            assertThat(alone.places()).isNotEmpty().allMatch(TaskView.Place::asked);
            TaskView both = of(views, task, Masking.JOINT);
            assertThat(both.words()).isNotEmpty().noneMatch(TaskView.Word::asked);
            assertThat(both.places()).extracting(TaskView.Place::box)
                    .isEqualTo(alone.places().stream().map(TaskView.Place::box).toList());
        }
        TaskView alone = of(views, Task.MASKED_WORDS, Masking.CONDITIONAL);
        assertThat(alone.boxes()).hasSize(3);
        assertThat(alone.places()).isEmpty();
        assertThat(alone.words()).isNotEmpty().allMatch(TaskView.Word::asked);
        TaskView both = of(views, Task.MASKED_WORDS, Masking.JOINT);
        assertThat(both.places()).isNotEmpty().noneMatch(TaskView.Place::asked);
        assertThat(both.words()).extracting(TaskView.Word::place)
                .isEqualTo(alone.words().stream().map(TaskView.Word::place).toList());
        assertThat(both.loss()).isNotEqualTo(alone.loss());
        assertThat(views.stream().filter(v -> v.task() == Task.MATCHING)).hasSize(1);
    }

    @Test
    void theLossIsThatOfTheGuesses() throws Exception {
        open("uniter", REGIONS);
        for (long seed = 0; seed < 6; seed++) {
            for (TaskView view : views(seed, BOTH)) {
                switch (view.task()) {
                    case MASKED_WORDS -> assertThat(view.words().stream().mapToDouble(w -> -Math.log(w.found()))
                            .average().orElseThrow()).isCloseTo(view.loss(), within(1e-5));
                    case REGION_FEATURES -> assertThat(view.places().stream()
                            .mapToDouble(p -> p.error().orElseThrow()).average().orElseThrow())
                            .isCloseTo(view.loss(), within(1e-5));
                    case MATCHING -> {
                        double match = view.pair().orElseThrow().probability().orElseThrow();
                        assertThat(-Math.log(view.pair().orElseThrow().together() ? match : 1 - match))
                                .isCloseTo(view.loss(), within(1e-5));
                    }
                    case REGION_CLASSES -> assertThat(view.places().stream().mapToDouble(p -> -Math.log(p.found()))
                            .average().orElseThrow()).isCloseTo(view.loss(), within(1e-5));
                    case REGION_DISTRIBUTIONS -> assertThat(view.places())
                            .allMatch(p -> p.guesses().size() == 5 && !p.truth().startsWith("#"));
                    case ANSWERS -> assertThat(view.choice().orElseThrow().right()).isNotEmpty();
                    default -> assertThat(view.loss()).isFinite();
                }
            }
        }
    }

    @Test
    void aHeadWithAClassForEachKindInEachColourTellsBoth() throws Exception {
        open("uniter", REGIONS);
        Scene scene = Toybox.scene(SCENE, shelf.get("m").shown().sceneSize(), World.named("aligned"));
        List<String> things = scene.objects().stream().map(t -> t.colour() + " " + t.kind()).toList();
        assertThat(told(things)).isEqualTo(things.size());
        free();
        open("uniter", "config.region_classes", "17", "config.has_feat_regress", "true");
        List<String> kinds = scene.objects().stream().map(Scene.Thing::kind).toList();
        assertThat(told(kinds)).isEqualTo(kinds.size());
    }

    /// @return how many regions were asked for in a dozen drawings, each with the name that it should have
    private int told(List<String> names) throws EngineException {
        Set<Integer> asked = new TreeSet<>();
        for (long seed = 0; seed < 12; seed++) {
            for (TaskView view : views(seed, BOTH)) {
                if (view.task() == Task.REGION_CLASSES || view.task() == Task.REGION_DISTRIBUTIONS) {
                    view.places().forEach(place -> {
                        assertThat(place.truth()).isEqualTo(names.get(place.box()));
                        asked.add(place.box());
                    });
                }
            }
        }
        return asked.size();
    }

    @Test
    void hiddenWordsAreNotToldByTheTextThatIsShown() throws Exception {
        open("uniter", REGIONS);
        boolean masked = false;
        for (long seed = 0; seed < 12; seed++) {
            TaskView view = of(views(seed, BOTH), Task.MASKED_WORDS, Masking.CONDITIONAL);
            for (TaskView.Word word : view.words()) {
                masked |= view.shown().orElseThrow().tokens().get(word.place()).string().equals("<mask>");
            }
        }
        assertThat(masked).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniter", "vilt"})
    void anAlignmentTellsWhereEachWordGoes(String plan) throws Exception {
        open(plan);
        for (long seed = 0; seed < 4; seed++) {
            TaskView view = of(views(seed, BOTH), Task.ALIGNMENT, Masking.CONDITIONAL);
            List<List<Double>> shares = view.plan().orElseThrow().shares();
            assertThat(shares).hasSize(view.shown().orElseThrow().size());
            assertThat(shares).allSatisfy(row -> {
                assertThat(row).hasSize(view.boxes().size()).allMatch(s -> s >= 0);
                double all = row.stream().mapToDouble(s -> s).sum();
                assertThat(all == 0 || Math.abs(all - 1) < 1e-5).as("%s", row).isTrue();
            });
            long part = shares.stream().filter(row -> row.stream().anyMatch(s -> s > 0)).count();
            assertThat(part).as("UNITER aligns [CLS] and [SEP] too, ViLT does not")
                    .isEqualTo(shares.size() - (plan.equals("vilt") ? 2 : 0));
            for (int box = 0; box < view.boxes().size(); box++) {
                int column = box;
                assertThat(shares.stream().mapToDouble(row -> row.get(column)).sum()).as("as much as any other box")
                        .isCloseTo((double) part / view.boxes().size(), within(0.02 * part));
            }
        }
    }

    @Test
    void jointMaskingMayHideAWordsOwnRegion() throws Exception {
        open("uniter", REGIONS);
        int blind = 0;
        int seeing = 0;
        for (long seed = 0; seed < 30; seed++) {
            List<TaskView> views = views(seed, BOTH);
            TaskView alone = of(views, Task.MASKED_WORDS, Masking.CONDITIONAL);
            assertThat(alone.words()).noneMatch(alone::blind);
            TaskView both = of(views, Task.MASKED_WORDS, Masking.JOINT);
            List<Integer> hidden = both.places().stream().map(TaskView.Place::box).toList();
            Scene scene = Toybox.scene(SCENE, shelf.get("m").shown().sceneSize(), World.named("aligned"));
            for (TaskView.Word word : both.words()) {
                List<Integer> own = new ArrayList<>();
                for (Scene.Thing thing : scene.objects()) {
                    if (thing.kind().equals(word.truth()) || thing.colour().equals(word.truth())) {
                        own.add(scene.objects().indexOf(thing));
                    }
                }
                assertThat(word.own()).as(word.truth()).isEqualTo(own);
                assertThat(both.blind(word)).isEqualTo(!own.isEmpty() && hidden.containsAll(own));
                blind += both.blind(word) ? 1 : 0;
                seeing += own.isEmpty() || both.blind(word) ? 0 : 1;
            }
        }
        assertThat(blind).isPositive();
        assertThat(seeing).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "vilt", "albef", "blip", "uniter", "lxmert", "vilbert", "vlmo", "beit3", "blip2",
            "clip"})
    void everyObjectiveOfEveryFamilyIsShown(String plan) throws Exception {
        open(plan);
        List<TaskView> views = views(7, BOTH);
        List<Task> tasks = new ArrayList<>();
        views.stream().map(TaskView::task).filter(t -> !tasks.contains(t)).forEach(tasks::add);
        assertThat(tasks).isEqualTo(shelf.get("m").shown().tasks());
        assertThat(views).allSatisfy(v -> assertThat(Double.isFinite(v.loss()))
                .as("%s: %s", v.task(), v.lacks()).isTrue());
        assertThat(views).filteredOn(v -> v.task() == Task.MATCHING)
                .allSatisfy(v -> assertThat(v.pair()).isPresent());
        assertThat(views).filteredOn(v -> v.task() == Task.MASKED_PATCHES || v.task() == Task.PATCHES_ALONE)
                .allSatisfy(v -> assertThat(v.places()).isNotEmpty());
        assertThat(said(views(7, BOTH))).isEqualTo(said(views));
        assertThat(said(views(8, BOTH))).isNotEqualTo(said(views));
    }

    @Test
    void whatTheInputLacksIsSaid() throws Exception {
        open("uniter", REGIONS);
        Scene scene = Toybox.scene(SCENE, 64, World.named("aligned"));
        List<TaskView> views = ask(new TasksRequest("m", scene.picture(), "a red fish",
                Optional.of(RegionSource.Grid.USUAL), OptionalLong.empty(), 1, List.of(Masking.CONDITIONAL)));
        assertThat(of(views, Task.REGION_CLASSES, Masking.CONDITIONAL).lacks()).get().extracting("key")
                .isEqualTo("engine.tasks.regions");
        assertThat(of(views, Task.REGION_FEATURES, Masking.CONDITIONAL).loss()).isFinite();
        assertThatExceptionOfType(EngineException.class).isThrownBy(() -> ask(new TasksRequest("gone",
                scene.picture(), "a red fish", Optional.empty(), OptionalLong.empty(), 1, BOTH)));
    }
}
