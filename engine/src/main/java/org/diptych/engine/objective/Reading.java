package org.diptych.engine.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Hidden;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Vectors;
import org.diptych.engine.model.VisionLanguageModel;

/// What one objective does with the first of some examples: what it hides, what the model guesses, and the loss. An objective that compares examples reads them all, any other
/// the first alone.
public final class Reading {
    private static final int BEST = 5;
    private static final int COLOURS = 3;

    /// @param kinds   classes of regions
    /// @param answers to questions
    public record Names(List<String> kinds, List<String> answers) {
    }

    private final Task task;
    private final TaskView.Masking masking;
    private final Objective objective;
    private final Drawn drawn;
    private final Lesson.Course course;
    private final Names names;

    private Reading(Task task, TaskView.Masking masking, Objective objective, Drawn drawn, Lesson.Course course,
            Names names) {
        this.task = task;
        this.masking = masking;
        this.objective = objective;
        this.drawn = drawn;
        this.course = course;
        this.names = names;
    }

    /// Runs on any thread.
    ///
    /// @param how   hides; its `joint` says which masking
    /// @param names of what the examples' numbers mean
    /// @throws EngineException when the model or the examples lack what the task asks for
    public static Reading prepare(Task task, Drawn drawn, FineTunePlan.Lessons how, Names names)
            throws EngineException {
        Objective objective = Objective.of(task, drawn.model(), how);
        Lesson.Course all = objective.prepare(drawn, 0);
        Lesson.Course course = objective.compares(drawn.model()) || all.lessons().isEmpty()
                ? all
                : new Lesson.Course(all.lessons().subList(0, 1), 0);
        return new Reading(task, how.joint() ? TaskView.Masking.JOINT : TaskView.Masking.CONDITIONAL, objective, drawn,
                course, names);
    }

    /// @return true when the two ways of masking differ for a task of this model
    public static boolean masks(Task task, VisionLanguageModel model) {
        return switch (task) {
            case MASKED_WORDS -> Drawn.readsRegions(model) || MaskedPatches.beside(model);
            case REGION_FEATURES, REGION_CLASSES, REGION_DISTRIBUTIONS, OBJECTS -> Drawn.readsRegions(model);
            case MASKED_PATCHES -> MaskedPatches.beside(model);
            default -> false;
        };
    }

    /// @return the lesson that is shown, where the model is taught one
    public Optional<Lesson> lesson() {
        return course.lessons().stream().findFirst();
    }

    /// Runs the model.
    ///
    /// @param cells of the model's patches in the picture's pixels, row by row; empty for a model without
    public TaskView view(List<Box> cells, NDManager manager) {
        VisionLanguageModel model = drawn.model();
        boolean alone = course.lessons().size() == 1;
        List<Encoded> samples = alone ? course.shown() : drawn.encoded();
        Inputs base = model.batch(alone ? drawn.encoded().subList(0, 1) : samples, manager);
        Inputs inputs = objective.inputs(model, course, base, manager);
        double loss = objective.loss(model, Pass.INFER, inputs).total().toFloatArray()[0];
        Encoded shown = samples.getFirst();
        boolean sees = task != Task.WORDS_ALONE && (shown.pixels().length > 0 || shown.regions().isPresent());
        Optional<org.diptych.engine.model.Guess> guess = objective.guess(model, inputs);
        List<TaskView.Place> places = new ArrayList<>();
        List<Box> boxes = shown.regions().map(r -> r.boxes()).orElse(List.of());
        Optional<NDArray> patches = objective.hiddenPatches(model, inputs);
        if (patches.isPresent()) {
            boxes = cells;
            places.addAll(patches(patches.get(), guess.filter(_ -> !asksWords())));
        } else {
            lesson().flatMap(Lesson::regions).ifPresent(
                    hidden -> places.addAll(regions(hidden, guess, objective.features(model, inputs))));
        }
        Optional<NDArray> plan = objective.plan(model, inputs);
        if (plan.isPresent() && shown.regions().isEmpty()) {
            boxes = cells;
        }
        int there = boxes.size();
        return new TaskView(task, masking, Optional.empty(),
                task == Task.PATCHES_ALONE ? Optional.empty() : shown.tokens().map(this::read), sees, words(guess,
                        shown.regions().map(r -> r.labels()).orElse(List.of())),
                sees ? boxes : List.of(), places, pair(guess), choice(guess, inputs), plan.flatMap(p -> plan(p, there)),
                loss, samples.size());
    }

    /// A hidden word's token keeps the string of what stood there; what the model reads is its number.
    private Tokens read(Tokens tokens) {
        long[] wanted = lesson().map(Lesson::words).orElse(new long[0]);
        List<Tokens.Token> out = new ArrayList<>(tokens.tokens());
        for (int t = 0; t < wanted.length; t++) {
            Tokens.Token token = out.get(t);
            if (wanted[t] >= 0 && wanted[t] != token.id()) {
                out.set(t, new Tokens.Token(token.id(), word(token.id()), token.start(), token.end(),
                        token.segment()));
            }
        }
        return new Tokens(tokens.text(), out, tokens.truncated());
    }

    private boolean asksWords() {
        return task == Task.MASKED_WORDS || task == Task.WORDS_ALONE;
    }

    /// @param labels of regions, or none
    private List<TaskView.Word> words(Optional<org.diptych.engine.model.Guess> guess, List<String> labels) {
        long[] wanted = lesson().map(Lesson::words).orElse(new long[0]);
        List<TaskView.Word> out = new ArrayList<>();
        for (int t = 0; t < wanted.length; t++) {
            if (wanted[t] < 0) {
                continue;
            }
            int place = t;
            Optional<float[]> shares = guess.filter(g -> asksWords())
                    .map(g -> g.logits().get(new NDIndex("0, {}", place)).softmax(-1).toFloatArray());
            int id = (int) wanted[t];
            out.add(new TaskView.Word(t, word(id), shares.map(s -> best(s, this::word)).orElse(List.of()),
                    shares.map(s -> (double) s[id]).orElse(0.0), named(word(id), labels)));
        }
        return out;
    }

    private static List<Integer> named(String word, List<String> labels) {
        return IntStream.range(0, labels.size())
                .filter(r -> Arrays.stream(labels.get(r).split(" ")).anyMatch(word::equalsIgnoreCase)).boxed().toList();
    }

    private String word(int id) {
        return drawn.model() instanceof FillsMasks fills ? fills.word(id) : "#" + id;
    }

    private List<TaskView.Place> regions(Hidden hidden, Optional<org.diptych.engine.model.Guess> guess,
            Optional<NDArray> features) {
        boolean classes = switch (task) {
            case REGION_CLASSES, REGION_DISTRIBUTIONS, OBJECTS -> true;
            default -> false;
        };
        List<TaskView.Place> out = new ArrayList<>();
        for (int r = 0; r < hidden.hidden().length; r++) {
            if (!hidden.hidden()[r]) {
                continue;
            }
            NDIndex row = new NDIndex("{}", out.size());
            int at = r;
            NDIndex own = new NDIndex("0, {}", r);
            Optional<float[]> shares = guess.filter(g -> classes).map(g -> g.logits()
                    .get(g.logits().getShape().dimension() == 3 ? own : row).softmax(-1).toFloatArray());
            // A head with one class more than there are has the background before the others.
            int first = shares.map(s -> s.length > hidden.distributions()[0].length ? 1 : 0).orElse(0);
            float[] was = hidden.features()[r];
            Optional<float[]> told = features.map(f -> f.get(row).toFloatArray());
            out.add(new TaskView.Place(r, classes ? kind(hidden.classes()[r]) : "",
                    shares.map(s -> best(s, id -> id < first ? "–" : kind(id - first))).orElse(List.of()),
                    shares.map(s -> (double) s[Math.min(s.length - 1, hidden.classes()[at] + first)]).orElse(0.0),
                    told.map(t -> OptionalDouble.of(error(was, t))).orElse(OptionalDouble.empty()),
                    told.flatMap(_ -> crop(was)), told.flatMap(Reading::crop)));
        }
        return out;
    }

    private String kind(int number) {
        return number < names.kinds().size() ? names.kinds().get(number) : "#" + number;
    }

    private static double error(float[] was, float[] told) {
        double sum = 0;
        for (int i = 0; i < was.length; i++) {
            sum += (was[i] - told[i]) * (double) (was[i] - told[i]);
        }
        return sum / was.length;
    }

    /// @return features that are the picture itself, as Toybox's regions have them
    private static Optional<Picture> crop(float[] feature) {
        int side = (int) Math.round(Math.sqrt((double) feature.length / COLOURS));
        if (side * side * COLOURS != feature.length) {
            return Optional.empty();
        }
        byte[] rgb = new byte[feature.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.round(255 * Math.clamp(feature[i], 0f, 1f));
        }
        return Optional.of(new Picture(side, side, rgb, ""));
    }

    private static List<TaskView.Place> patches(NDArray hidden, Optional<org.diptych.engine.model.Guess> guess) {
        float[] which = hidden.get(0).toType(ai.djl.ndarray.types.DataType.FLOAT32, true).toFloatArray();
        List<TaskView.Place> out = new ArrayList<>();
        for (int p = 0; p < which.length; p++) {
            if (which[p] > 0) {
                NDIndex own = new NDIndex("0, {}", p);
                int code = guess.map(g -> (int) g.labels().get(own).toLongArray()[0]).orElse(0);
                float[] shares = guess.map(g -> g.logits().get(own).softmax(-1).toFloatArray()).orElse(new float[0]);
                out.add(new TaskView.Place(p, guess.isPresent() ? "#" + code : "", best(shares, id -> "#" + id),
                        code < shares.length ? shares[code] : 0, OptionalDouble.empty(), Optional.empty(),
                        Optional.empty()));
            }
        }
        return out;
    }

    /// Where wrong partners are sought among the batch, the true pair comes first.
    private Optional<TaskView.Pair> pair(Optional<org.diptych.engine.model.Guess> guess) {
        return switch (task) {
            case MATCHING -> guess.map(g -> {
                boolean compares = objective.compares(drawn.model());
                boolean together = compares || lesson().orElseThrow().label() == 1;
                double right = g.logits().get(0).softmax(-1)
                        .toFloatArray()[(int) g.labels().get(new NDIndex("0")).toLongArray()[0]];
                return new TaskView.Pair(together, OptionalDouble.of(together ? right : 1 - right));
            });
            case ALIGNMENT -> lesson().map(l -> new TaskView.Pair(l.label() == 1, OptionalDouble.empty()));
            default -> Optional.empty();
        };
    }

    /// @param boxes whose number tells what the plan's rows are
    private static Optional<TaskView.Plan> plan(NDArray plan, int boxes) {
        NDArray first = plan.get(0); // (N, T)
        int places = (int) first.getShape().get(0);
        int words = (int) first.getShape().get(1);
        if (places != boxes) {
            return Optional.empty();
        }
        float[] mass = first.toFloatArray();
        List<List<Double>> shares = new ArrayList<>();
        for (int t = 0; t < words; t++) {
            int word = t;
            double all = IntStream.range(0, places).mapToDouble(p -> mass[p * words + word]).sum();
            shares.add(IntStream.range(0, places).mapToObj(p -> all > 0 ? mass[p * words + word] / all : 0.0)
                    .toList());
        }
        return Optional.of(new TaskView.Plan(shares));
    }

    private Optional<TaskView.Choice> choice(Optional<org.diptych.engine.model.Guess> guess, Inputs inputs) {
        return switch (task) {
            case CONTRAST -> texts(inputs);
            case ANSWERS -> guess.filter(g -> g.logits().getShape().get(1) == names.answers().size())
                    .map(g -> chosen(g, names.answers()::get));
            case RANKING -> guess.map(g -> chosen(g, i -> i == 0
                    ? text(lesson().orElseThrow().shown())
                    : text(lesson().orElseThrow().others().get(i - 1))));
            default -> Optional.empty();
        };
    }

    private static String text(Encoded encoded) {
        return encoded.tokens().map(t -> t.text()).orElse("");
    }

    private static TaskView.Choice chosen(org.diptych.engine.model.Guess guess, IntFunction<String> name) {
        float[] shares = guess.logits().get(0).softmax(-1).toFloatArray();
        int right = (int) guess.labels().get(new NDIndex("0")).toLongArray()[0];
        return new TaskView.Choice(best(shares, name), name.apply(right), shares[right]);
    }

    /// How the texts of the batch share the picture among them.
    private Optional<TaskView.Choice> texts(Inputs inputs) {
        if (!Vectors.of(drawn.model())) {
            return Optional.empty();
        }
        ScoresPairs pairs = (ScoresPairs) drawn.model();
        float[] cosines = pairs.similarity(Pass.INFER, inputs, inputs).get(new NDIndex("0")).toFloatArray();
        double scale = pairs.similarityScale();
        double[] logits = IntStream.range(0, cosines.length).mapToDouble(i -> scale * cosines[i]).toArray();
        double most = Arrays.stream(logits).max().orElse(0);
        double sum = Arrays.stream(logits).map(l -> Math.exp(l - most)).sum();
        float[] shares = new float[logits.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = (float) (Math.exp(logits[i] - most) / sum);
        }
        return Optional.of(new TaskView.Choice(best(shares, i -> text(drawn.encoded().get(i))),
                text(drawn.encoded().getFirst()), shares[0]));
    }

    private static List<Guess> best(float[] shares, IntFunction<String> name) {
        int[] order = MatrixMath.order(IntStream.range(0, shares.length).mapToDouble(i -> shares[i]).toArray());
        List<Guess> out = new ArrayList<>();
        for (int i = 0; i < Math.min(BEST, order.length); i++) {
            out.add(new Guess(name.apply(order[i]), shares[order[i]]));
        }
        return out;
    }
}
