package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Writing;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.tower.T5Tower;

/// FlanT5 behind the queries (section 3.3; LAVIS `blip2_t5.py`): its encoder reads what they tell and the words in front, its decoder writes the words that follow.
final class T5Language extends Module implements LanguageModel {
    static final String READS = "language";
    static final String WRITES = "written";

    private final Blip2Config.T5 facts;
    private final T5Tower tower;

    T5Language(Blip2Config.T5 facts) {
        this.facts = facts;
        tower = child("", new T5Tower(facts.tower(), READS, WRITES));
    }

    T5Tower tower() {
        return tower;
    }

    /// Without a text the encoder reads what closes an empty one, as LAVIS's empty prompt does.
    private T5Tower.Memory read(Pass pass, NDArray told, Optional<Inputs> text) {
        NDArray ids = text.map(t -> t.get("input_ids")).orElseGet(() -> LanguageModel.column(told, facts.end()));
        NDArray attended = text.map(Blip2Model::attended).orElseGet(ids::onesLike);
        return tower.read(pass, NDArrays.concat(new NDList(told, tower.embed(ids)), 1),
                LanguageModel.there(told, attended));
    }

    /// One place of the decoder: the word that follows what was read.
    @Override
    public NDArray logits(Pass pass, NDArray told, Optional<Inputs> text) {
        return tower.write(pass, LanguageModel.column(told, facts.start()), read(pass, told, text));
    }

    /// @param split what the encoder reads in front, nothing where all words are written; and the words
    private record Split(Optional<Inputs> read, NDArray labels) {
    }

    private Split split(Inputs inputs) {
        return new Split(inputs.has("labels") && inputs.has("input_ids") ? Optional.of(inputs) : Optional.empty(),
                LanguageModel.labels(inputs, facts.pad()));
    }

    /// @return (B, T, V) each word told by those before it
    private NDArray taught(Pass pass, NDArray told, Split split) {
        NDArray labels = split.labels();
        NDArray hidden = labels.lt(0).toType(DataType.INT64, false);
        NDArray before = labels.mul(hidden.neg().add(1)).add(hidden.mul(facts.pad()))
                .get(new NDIndex(":, :{}", labels.getShape().get(1) - 1));
        return tower.write(pass, LanguageModel.column(told, facts.start()).concat(before, 1),
                read(pass, told, split.read()));
    }

    /// Prefix language modelling: `input_ids` stand in front of `labels`; without labels all words are to be written. Every word is scored, in both published codes.
    @Override
    public NDArray loss(Pass pass, NDArray told, Inputs inputs, boolean whole) {
        Split split = split(inputs);
        return Losses.crossEntropy(taught(pass, told, split), split.labels(), Blip2Losses.IGNORED);
    }

    @Override
    public Guess guess(Pass pass, NDArray told, Inputs inputs) {
        Split split = split(inputs);
        return new Guess(taught(pass, told, split), split.labels());
    }

    @Override
    public int width() {
        return facts.tower().width();
    }

    @Override
    public Writing begin(Pass pass, NDArray told, Optional<Inputs> prompt, int rows, boolean cached) {
        return new T5Writing(tower, facts, pass, read(pass, told, prompt), rows, cached);
    }

    /// Cuts each text at a drawn place: what stands in front is read, closed as a text is, and the rest is written (section 3.3).
    @Override
    public Inputs lessons(Lesson.Course course, Inputs base, NDManager manager) {
        List<long[]> texts = course.lessons().stream().map(l -> l.shown().tokens().orElseThrow().ids()).toList();
        long[][] front = new long[texts.size()][];
        long[][] behind = new long[texts.size()][];
        for (int i = 0; i < front.length; i++) {
            long[] ids = texts.get(i);
            int words = ids.length > 0 && ids[ids.length - 1] == facts.end() ? ids.length - 1 : ids.length;
            double[] draws = course.lessons().get(i).draws();
            int cut = draws.length == 0 ? 0 : (int) (draws[0] * words);
            front[i] = Arrays.copyOf(ids, cut + 1);
            front[i][cut] = facts.end();
            behind[i] = Arrays.copyOfRange(ids, cut, ids.length);
        }
        Map<String, NDArray> all = new HashMap<>(base.tensors());
        all.put("input_ids", filled(front, facts.pad(), manager));
        long[][] there = new long[front.length][];
        Arrays.setAll(there, i -> Arrays.stream(front[i]).map(_ -> 1).toArray());
        all.put("attention_mask", filled(there, 0, manager));
        all.put("labels", filled(behind, Blip2Losses.IGNORED, manager));
        return new Inputs(all, course.shown());
    }

    private static NDArray filled(long[][] rows, long with, NDManager manager) {
        int longest = Arrays.stream(rows).mapToInt(r -> r.length).max().orElseThrow();
        long[] flat = new long[rows.length * longest];
        Arrays.fill(flat, with);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * longest, rows[i].length);
        }
        return Staging.longs(manager, flat, new Shape(rows.length, longest));
    }
}
