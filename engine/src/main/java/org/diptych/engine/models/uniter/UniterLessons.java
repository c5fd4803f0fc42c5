package org.diptych.engine.models.uniter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.HiddenRegions;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.text.TextTokenizer;

/// How UNITER's losses read lessons (ChenRocks/UNITER `data/`). Words and regions stand without gaps, so what is said of regions counts places in the joined sequence.
record UniterLessons(UniterModel model, UniterReader reader) implements Lessons {
    private static final int IGNORED = -1;
    /// Rows of the segment table when two pictures are told apart: words, first, second.
    private static final int SEGMENTS_OF_TWO = 3;
    private static final Map<String, Task> TASKS = Map.of(UniterLosses.MASKED_WORDS, Task.MASKED_WORDS,
            UniterLosses.FEATURES, Task.REGION_FEATURES, UniterLosses.CLASSES, Task.REGION_CLASSES,
            UniterLosses.SOFT_CLASSES, Task.REGION_DISTRIBUTIONS, UniterLosses.MATCHING, Task.MATCHING,
            UniterLosses.ALIGNMENT, Task.ALIGNMENT, UniterLosses.RANK, Task.RANKING, UniterLosses.ANSWER, Task.ANSWERS,
            UniterLosses.PAIR, Task.PICTURE_PAIRS);

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        model.objectives().stream().filter(name -> !name.equals(UniterLosses.RANK) || model.facts().sample() > 1)
                .forEach(name -> all.put(TASKS.get(name), name));
        return all;
    }

    @Override
    public Optional<Lexicon> lexicon() {
        return reader.tokenizer().flatMap(TextTokenizer::lexicon);
    }

    @Override
    public int rivals() {
        return model.facts().sample() - 1;
    }

    @Override
    public OptionalInt classes(Task task) {
        return switch (task) {
            case ANSWERS -> OptionalInt.of(model.facts().answers());
            case REGION_CLASSES, REGION_DISTRIBUTIONS -> OptionalInt.of(model.facts().classes() - 1); // without the background
            default -> OptionalInt.empty();
        };
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        List<Encoded> samples = samples(task, course);
        Map<String, NDArray> all = new HashMap<>(reader.batch(samples, manager));
        if (course.lessons().getFirst().regions().isPresent()) {
            regions(course, samples, manager, all);
        }
        switch (task) {
            case MASKED_WORDS -> all.put("txt_labels", Stacked.hiddenWords(course.lessons(), IGNORED, manager));
            case MATCHING, PICTURE_PAIRS -> all.put("targets", Stacked.labels(course, manager));
            case ALIGNMENT -> {
                all.put("targets", Stacked.labels(course, manager));
                transport(samples, manager, all);
            }
            case ANSWERS -> all.put("targets", Stacked.scores(course, model.facts().answers(), manager));
            default -> {
            }
        }
        if (task == Task.PICTURE_PAIRS && model.facts().types() >= SEGMENTS_OF_TWO) {
            all.put("img_type_ids", segments(all.get("img_feat").getShape(), manager));
        }
        return new Inputs(all, samples);
    }

    /// @return the rows of the batch: for pairs of pictures and for rankings, all of one lesson behind one another
    private static List<Encoded> samples(Task task, Lesson.Course course) {
        if (task != Task.PICTURE_PAIRS && task != Task.RANKING) {
            return course.shown();
        }
        List<Encoded> all = new ArrayList<>();
        course.lessons().forEach(l -> {
            all.add(l.shown());
            all.addAll(l.others());
        });
        return all;
    }

    private void regions(Lesson.Course course, List<Encoded> samples, NDManager manager, Map<String, NDArray> all) {
        HiddenRegions hidden = HiddenRegions.of(course);
        all.put("img_masks", hidden.wholes((h, r) -> h.hidden()[r] ? 1 : 0, 0, manager));
        int length = (int) all.get("attn_masks").getShape().get(1);
        long[] places = new long[samples.size() * length];
        for (int i = 0; i < samples.size(); i++) {
            int own = samples.get(i).tokens().map(Tokens::size).orElse(0);
            boolean[] which = hidden.lessons().get(i).hidden();
            for (int r = 0; r < which.length; r++) {
                places[i * length + own + r] = which[r] ? 1 : 0;
            }
        }
        all.put("img_mask_tgt", Staging.longs(manager, places, new Shape(samples.size(), length)));
        all.put("feat_targets", hidden.chosen((h, r) -> h.features()[r], model.facts().feature(), manager));
        int classes = model.facts().classes();
        if (classes > 0) {
            all.put("label_targets", hidden.chosen(
                    (h, r) -> HiddenRegions.withBackground(h.distributions()[r], classes), classes, manager));
        }
    }

    /// Where each place of the joined sequence goes when words and regions are put apart, and what is padding then.
    private static void transport(List<Encoded> samples, NDManager manager, Map<String, NDArray> all) {
        int b = samples.size();
        int words = (int) all.get("input_ids").getShape().get(1);
        int regions = (int) all.get("img_feat").getShape().get(1);
        int length = (int) all.get("attn_masks").getShape().get(1);
        long[] to = new long[b * length];
        long[] wordPads = new long[b * words];
        long[] regionPads = new long[b * regions];
        for (int i = 0; i < b; i++) {
            int own = samples.get(i).tokens().map(Tokens::size).orElse(0);
            int boxes = samples.get(i).regions().orElseThrow().boxes().size();
            for (int j = 0; j < length; j++) {
                to[i * length + j] = j < own ? j : words + j - own;
            }
            for (int t = 0; t < words; t++) {
                wordPads[i * words + t] = t < own ? 0 : 1;
            }
            for (int r = 0; r < regions; r++) {
                regionPads[i * regions + r] = r < boxes ? 0 : 1;
            }
        }
        all.put("ot_scatter", Staging.longs(manager, to, new Shape(b, length)));
        all.put("txt_pad", Staging.longs(manager, wordPads, new Shape(b, words)));
        all.put("img_pad", Staging.longs(manager, regionPads, new Shape(b, regions)));
    }

    /// @return int64 (2 B, N) 1 for a first picture's regions, 2 for a second's
    private static NDArray segments(Shape features, NDManager manager) {
        int n = (int) features.get(1);
        long[] out = new long[(int) features.get(0) * n];
        for (int i = 0; i < out.length; i++) {
            out[i] = 1 + i / n % 2;
        }
        return Staging.longs(manager, out, new Shape(features.get(0), n));
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        UniterLosses losses = new UniterLosses(model);
        return switch (task) {
            case MASKED_WORDS -> Optional.of(new Guess(model.wordLogits(pass, inputs), inputs.get("txt_labels")));
            case REGION_CLASSES, REGION_DISTRIBUTIONS -> Optional.of(new Guess(
                    losses.softClasses(pass, inputs).scores(), inputs.get("label_targets").argMax(1)
                            .toType(DataType.INT64, false)));
            case MATCHING -> Optional.of(new Guess(
                    model.matchLogits(model.pooled(pass, model.states(pass, inputs))), inputs.get("targets")));
            case ANSWERS -> Optional.of(new Guess(model.answerLogits(pass, inputs),
                    inputs.get("targets").argMax(1).toType(DataType.INT64, false)));
            case PICTURE_PAIRS -> Optional.of(new Guess(model.pairLogits(pass, inputs), inputs.get("targets")));
            case RANKING -> {
                NDArray scores = model.rankLogits(model.pooled(pass, model.states(pass, inputs)))
                        .reshape(-1, model.facts().sample());
                yield Optional.of(new Guess(scores,
                        scores.get(new NDIndex(":, 0")).zerosLike().toType(DataType.INT64, false)));
            }
            default -> Optional.empty();
        };
    }

    @Override
    public Optional<NDArray> features(Task task, Pass pass, Inputs inputs) {
        return task == Task.REGION_FEATURES
                ? Optional.of(new UniterLosses(model).features(pass, inputs).scores())
                : Optional.empty();
    }

    @Override
    public Optional<NDArray> plan(Task task, Pass pass, Inputs inputs) {
        return task == Task.ALIGNMENT
                ? Optional.of(UniterLosses.align(model.states(pass, inputs), inputs).plan())
                : Optional.empty();
    }
}
