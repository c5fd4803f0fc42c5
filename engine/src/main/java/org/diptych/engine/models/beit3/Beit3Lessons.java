package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.PictureCodes;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.text.TextTokenizer;

/// How BEiT-3's losses read lessons. Where words of a pair are asked for the picture stands whole, and the other way round, unless the lessons hide both.
record Beit3Lessons(Beit3Model model, Beit3Reader reader) implements Lessons {
    private static final int IGNORED = -100;
    private static final Map<String, Task> TASKS = Map.of(Beit3Losses.PAIR_WORDS, Task.MASKED_WORDS,
            Beit3Losses.TEXT_WORDS, Task.WORDS_ALONE, Beit3Losses.PAIR_CODES, Task.MASKED_PATCHES,
            Beit3Losses.IMAGE_CODES, Task.PATCHES_ALONE, Beit3Losses.CAPTION, Task.WRITING, Beit3Losses.CONTRAST,
            Task.CONTRAST, Beit3Losses.ANSWER, Task.ANSWERS, Beit3Losses.PAIR, Task.PICTURE_PAIRS);

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        model.objectives().stream().filter(TASKS::containsKey).forEach(name -> all.put(TASKS.get(name), name));
        return all;
    }

    @Override
    public Optional<Lexicon> lexicon() {
        return reader.tokenizer().flatMap(TextTokenizer::lexicon);
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        Map<String, NDArray> all = new HashMap<>(base.tensors());
        switch (task) {
            case MASKED_WORDS, WORDS_ALONE -> {
                all.put("masked_text_ids", text(course.shown(), manager).get("input_ids"));
                all.put("text_labels", Stacked.hiddenWords(course.lessons(), IGNORED, manager));
                hidden(course.lessons(), manager, all);
            }
            case MASKED_PATCHES, PATCHES_ALONE -> {
                hidden(course.lessons(), manager, all);
                all.put("visual_token_targets", base.has(PictureCodes.NAME)
                        ? base.get(PictureCodes.NAME)
                        : Hiding.colours(base.get("pixel_values"), model.facts().patch(),
                                model.facts().parts().codes()));
                all.put("masked_text_ids", text(course.shown(), manager).get("input_ids"));
            }
            case WRITING -> {
                captions(course.lessons(), manager, all);
                all.put("step", Staging.longs(manager, new long[]{course.step()}, new Shape(1)));
            }
            case ANSWERS -> {
                all.putAll(text(course.shown(), manager));
                all.put("targets", Stacked.scores(course, model.facts().parts().answers(), manager));
            }
            case PICTURE_PAIRS -> {
                all.putAll(text(course.shown(), manager));
                all.put("image_a", Stacked.pixels(course.shown(), manager).get("pixel_values"));
                all.put("image_b", Stacked.pixels(
                        course.lessons().stream().map(l -> l.others().getFirst()).toList(), manager)
                        .get("pixel_values"));
                all.put("labels", Stacked.labels(course, manager));
            }
            default -> {
                return base;
            }
        }
        return new Inputs(all, course.shown());
    }

    private void hidden(List<Lesson> lessons, NDManager manager, Map<String, NDArray> all) {
        if (lessons.stream().allMatch(l -> l.patches().isPresent())) {
            long[] hidden = lessons.stream().flatMapToLong(l -> LongStream.of(l.patches().orElseThrow().hidden()))
                    .toArray();
            all.put("vision_masked_position",
                    Staging.longs(manager, hidden, new Shape(lessons.size(), hidden.length / lessons.size())));
        }
    }

    private Map<String, NDArray> text(List<Encoded> samples, NDManager manager) {
        return Stacked.text(samples, reader.pad(), manager);
    }

    private void captions(List<Lesson> lessons, NDManager manager, Map<String, NDArray> all) {
        Lexicon words = lexicon().orElseThrow();
        int longest = (int) all.get("input_ids").getShape().get(1);
        long[] ids = all.get("input_ids").toLongArray();
        long[] hidden = new long[ids.length];
        List<Long> targets = new ArrayList<>();
        for (int i = 0; i < lessons.size(); i++) {
            long[] own = lessons.get(i).shown().tokens().orElseThrow().ids();
            long[] read = own.clone();
            long[] chosen = new long[own.length];
            Hiding.caption(read, chosen, words, lessons.get(i).draws()[0]);
            System.arraycopy(read, 0, ids, i * longest, read.length);
            System.arraycopy(chosen, 0, hidden, i * longest, read.length);
            for (int t = 0; t < own.length; t++) {
                if (chosen[t] != 0) {
                    targets.add(own[t]);
                }
            }
        }
        Shape shape = new Shape(lessons.size(), longest);
        all.put("masked_text_ids", Staging.longs(manager, ids, shape));
        all.put("language_masked_pos", Staging.longs(manager, hidden, shape));
        all.put("targets", Staging.longs(manager, targets.stream().mapToLong(Long::longValue).toArray(),
                new Shape(targets.size())));
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        return switch (task) {
            case MASKED_WORDS -> Optional.of(new Guess(model.pair(pass, Beit3Losses.masked(inputs)).words(),
                    inputs.get("text_labels")));
            case WORDS_ALONE -> Optional.of(
                    new Guess(model.textWords(pass, Beit3Losses.masked(inputs)), inputs.get("text_labels")));
            case MASKED_PATCHES -> Optional.of(
                    new Guess(model.pair(pass, Beit3Losses.masked(inputs)).codes(), Beit3Losses.hiddenCodes(inputs)));
            case PATCHES_ALONE -> Optional.of(
                    new Guess(model.imageCodes(pass, inputs), Beit3Losses.hiddenCodes(inputs)));
            case WRITING -> Optional.of(
                    new Guess(new Beit3Losses(model).captionLogits(pass, inputs), inputs.get("targets")));
            case ANSWERS -> Optional.of(new Guess(model.answerLogits(pass, inputs),
                    inputs.get("targets").argMax(1).toType(DataType.INT64, false)));
            case PICTURE_PAIRS -> Optional.of(new Guess(model.pairLogits(pass, inputs), inputs.get("labels")));
            default -> Optional.empty();
        };
    }

    @Override
    public OptionalInt classes(Task task) {
        return switch (task) {
            case ANSWERS -> OptionalInt.of(model.facts().parts().answers());
            case MASKED_PATCHES, PATCHES_ALONE -> OptionalInt.of(model.facts().parts().codes());
            default -> OptionalInt.empty();
        };
    }

    @Override
    public PictureCodes codes(Path file, NDManager scope) throws EngineException {
        return PictureTokenizer.open(file, model.facts(), scope);
    }

    @Override
    public Optional<NDArray> hiddenPatches(Task task, Inputs inputs) {
        return Optional.ofNullable(inputs.tensors().get("vision_masked_position"));
    }
}
