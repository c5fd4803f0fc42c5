package org.diptych.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.TasksRequest;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.More;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.data.toybox.ToyboxRegions;
import org.diptych.engine.data.regions.RegionSources;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Drawn;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.objective.Reading;
import org.diptych.engine.probe.Explaining;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// One objective a piece. The input is the first of a few examples, the others Toybox scenes, of which foreign texts are taken.
final class TaskSteps implements EngineLane.Steps<List<TaskView>> {
    private static final int COMPANY = 3;

    private final TasksRequest request;
    private final Shelf shelf;
    private final List<TaskView> views = new ArrayList<>();
    private List<Turn> turns = List.of();
    private Optional<Drawn> drawn = Optional.empty();
    private List<Box> cells = List.of();

    private record Turn(Task task, TaskView.Masking masking) {
    }

    /// What is known of the input: its scene's facts, and its own regions.
    private record Known(More inner, Optional<Labelled> regions) implements More {
        @Override
        public List<Asked> questions() {
            return inner.questions();
        }

        @Override
        public Optional<Compared> compared() {
            return inner.compared();
        }

        @Override
        public Optional<String> following() {
            return inner.following();
        }

        @Override
        public java.util.OptionalInt label() {
            return inner.label();
        }
    }

    TaskSteps(TasksRequest request, Shelf shelf) {
        this.request = request;
        this.shelf = shelf;
    }

    @Override
    public Optional<List<TaskView>> step(JobContext context) throws EngineException {
        context.checkCancelled();
        VisionLanguageModel model = shelf.get(request.model()).model();
        if (drawn.isEmpty()) {
            turns = turns(model);
            drawn = Optional.of(draw(model));
        } else {
            Turn turn = turns.get(views.size());
            views.add(view(turn, context));
        }
        context.progress(Message.of("engine.job.tasks"), views.size(), turns.size());
        return views.size() < turns.size() ? Optional.empty() : Optional.of(List.copyOf(views));
    }

    private List<Turn> turns(VisionLanguageModel model) throws EngineException {
        List<Task> tasks = Objective.tasks(model);
        if (tasks.isEmpty()) {
            throw new EngineException("engine.tasks.none", model.family());
        }
        List<Turn> out = new ArrayList<>();
        for (Task task : tasks) {
            for (TaskView.Masking masking : request.maskings()) {
                if (masking == request.maskings().getFirst() || Reading.masks(task, model)) {
                    out.add(new Turn(task, masking));
                }
            }
        }
        return out;
    }

    private String language() {
        return request.text().codePoints().anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN)
                ? "zh"
                : "en";
    }

    private Drawn draw(VisionLanguageModel model) throws EngineException {
        int side = shelf.get(request.model()).shown().sceneSize();
        ToyboxDataset company = new ToyboxDataset(
                new FineTunePlan.Data("toybox", "aligned", language(), "short", 0, 0, 1, Split.TEST.size(), side),
                Split.VALIDATION);
        Sample own = RegionSources.sample(model, request.picture(), Optional.of(request.text()), request.regions());
        List<Example> examples = new ArrayList<>();
        List<Encoded> encoded = new ArrayList<>();
        More more = request.scene().isPresent() ? company.scene(request.scene().getAsLong()).more() : More.NONE;
        examples.add(new Example("input", request.picture(), request.text(), true,
                new Known(more, own.regions().map(r -> labelled(model, r)))));
        encoded.add(model.encode(own));
        for (int i = 0; i < COMPANY; i++) {
            Example other = company.scene(Split.TEST.seed(i, request.seed()));
            examples.add(other);
            encoded.add(company(model, other, encoded.getFirst()));
        }
        cells = Explaining.grid(model, encoded.getFirst())
                .map(grid -> cells(grid, encoded.getFirst().view().orElse(Box.whole(request.picture()))))
                .orElse(List.of());
        return new Drawn(model, examples, encoded, IntStream.rangeClosed(0, COMPANY).toArray(),
                new long[COMPANY + 1], request.seed(), 1);
    }

    /// Regions of which only the features are known have no class that anyone is sure of.
    private static More.Labelled labelled(VisionLanguageModel model, Regions regions) {
        return ToyboxRegions.labelled(regions).orElseGet(() -> {
            int n = regions.boxes().size();
            int classes = Math.max(1, classes(model, Task.REGION_CLASSES));
            float[][] unsure = new float[n][classes];
            for (float[] row : unsure) {
                Arrays.fill(row, 1f / classes);
            }
            return new More.Labelled(regions, new int[n], new int[n], 1, unsure);
        });
    }

    /// A scene in the company of the input. Where a model reads regions as a detector sees them the scene has none, and lends the input its text alone.
    private static Encoded company(VisionLanguageModel model, Example scene, Encoded input) throws EngineException {
        if (model instanceof ReadsRegions && !readsScenes(model)) {
            return input.saying(model.encode(Sample.of(scene.caption())).tokens().orElseThrow());
        }
        return Drawn.encode(model, scene);
    }

    private static boolean readsScenes(VisionLanguageModel model) {
        return !(model instanceof ReadsRegions reads)
                || reads.regionWidth() == ToyboxRegions.SIDE * ToyboxRegions.SIDE * 3;
    }

    private static List<Box> cells(Axis.Patches grid, Box view) {
        List<Box> out = new ArrayList<>();
        float w = view.width() / grid.cols();
        float h = view.height() / grid.rows();
        for (int i = 0; i < grid.rows() * grid.cols(); i++) {
            float x = view.x1() + i % grid.cols() * w;
            float y = view.y1() + i / grid.cols() * h;
            out.add(new Box(x, y, x + w, y + h));
        }
        return out;
    }

    private TaskView view(Turn turn, JobContext context) throws EngineException {
        Drawn examples = drawn.orElseThrow();
        Optional<Message> lacks = lacks(turn.task, examples);
        if (lacks.isPresent()) {
            return TaskView.lacking(turn.task, turn.masking, lacks.get());
        }
        String family = examples.model().family();
        FineTunePlan.Lessons usual = Bundled.hasPlan(family)
                ? Bundled.plan(family).lessons()
                : FineTunePlan.Lessons.USUAL;
        FineTunePlan.Lessons how = usual.with(turn.masking == TaskView.Masking.JOINT).with(0, 0);
        return Reading.prepare(turn.task, examples, how,
                new Reading.Names(named(examples.model(), turn.task), Toybox.answers(language())))
                .view(cells, context.scope());
    }

    /// @return names of the regions' classes, or of class and colour at once where the model's head has a class for each
    private List<String> named(VisionLanguageModel model, Task task) {
        List<String> both = Toybox.colouredKinds(language());
        return classes(model, task) == both.size() ? both : Toybox.kinds(language());
    }

    /// @return classes of the task's head, -1 where it has none
    private static int classes(VisionLanguageModel model, Task task) {
        return model instanceof Taught taught ? taught.lessons().classes(task).orElse(-1) : -1;
    }

    /// @return why the input does not have what the task asks for
    private Optional<Message> lacks(Task task, Drawn examples) {
        int classes = classes(examples.model(), task);
        More more = examples.examples().getFirst().more();
        int known = switch (task) {
            case REGION_CLASSES, REGION_DISTRIBUTIONS, OBJECTS -> named(examples.model(), task).size();
            case ANSWERS -> Toybox.answers("en").size();
            default -> classes;
        };
        boolean words = (task == Task.MASKED_WORDS || task == Task.WORDS_ALONE)
                && examples.model() instanceof Taught taught && taught.lessons().lexicon().isEmpty();
        boolean regions = switch (task) {
            case REGION_FEATURES -> more.regions().isEmpty();
            case REGION_CLASSES, REGION_DISTRIBUTIONS, OBJECTS -> more.regions()
                    .flatMap(r -> ToyboxRegions.labelled(r.regions())).isEmpty();
            default -> false;
        };
        boolean facts = switch (task) {
            case ANSWERS -> more.questions().isEmpty();
            case PICTURE_PAIRS -> more.compared().isEmpty() || !readsScenes(examples.model());
            case NEXT_SENTENCE -> more.following().isEmpty();
            case CLASSES -> more.label().isEmpty();
            default -> false;
        };
        String why = words
                ? "mask"
                : regions ? "regions" : facts ? "scene" : classes >= 0 && classes != known ? "classes" : "";
        return why.isEmpty() ? Optional.empty() : Optional.of(Message.of("engine.tasks." + why, classes, known));
    }
}
