package org.diptych.engine.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Writing;

/// What a model writes, under names that say how: `generate.beam3_prompt_min8_max16_rep1.2`, `decode.greedy_ids`. It stands beside the outputs of
/// [org.diptych.engine.model.Traceable] for models that write.
public final class Decodings {
    private static final Pattern NAME = Pattern.compile("(generate|decode)\\..*");
    private static final List<String> PROMPTS = List.of("prompt_input_ids", "prompt_ids", "generate_input_ids",
            "generate_input_ids_original");
    private static final String DRAWS = "generate.nucleus_draws";

    private final Generates model;
    private final Map<String, NDArray> inputs;
    private final Map<String, Shape> asked;
    private final NDManager manager;

    private Decodings(Generates model, Map<String, NDArray> inputs, Map<String, Shape> asked, NDManager manager) {
        this.model = model;
        this.inputs = inputs;
        this.asked = asked;
        this.manager = manager;
    }

    /// @param inputs under the reference's names; `generate.nucleus_draws` among them for draws that were made elsewhere
    /// @param asked  name -> shape of everything that is wanted; other names than decodings are passed over
    /// @return name -> tensor
    public static Map<String, NDArray> of(Generates model, Map<String, NDArray> inputs, Map<String, Shape> asked,
            NDManager manager) {
        return new Decodings(model, inputs, asked, manager).all();
    }

    private Map<String, NDArray> all() {
        Map<String, NDArray> out = new HashMap<>();
        for (Map.Entry<String, Shape> item : asked.entrySet()) {
            String name = item.getKey();
            if (!NAME.matcher(name).matches() || out.containsKey(name)) {
                continue;
            }
            if (name.equals(DRAWS) && inputs.containsKey(DRAWS)) {
                out.put(name, inputs.get(DRAWS));
            } else if (number(name, "(greedy|beam|nucleus)").isPresent() && !name.endsWith("_scores")
                    && !name.contains("_probs_")) {
                write(name, item.getValue(), out);
            }
        }
        return out;
    }

    private void write(String name, Shape shape, Map<String, NDArray> out) {
        boolean endless = name.startsWith("decode.greedy");
        boolean last = name.endsWith("_with_eos") && inputs.containsKey("generate_eos_id");
        Generates writer = last ? ending(inputs.get("generate_eos_id").toLongArray()[0]) : model;
        List<float[]> logits = new ArrayList<>();
        List<List<double[]>> drawn = new ArrayList<>();
        Decoder decoder = new Decoder(decoding(name, shape)).with((Decoder.Listener) moment -> {
            logits.add(moment.logits());
            drawn.add(moment.probabilities());
        });
        if (inputs.containsKey(DRAWS)) {
            decoder = decoder.with(Draws.given(rows(inputs.get(DRAWS))));
        }
        Written written = (endless ? decoder.pastTheEnd() : decoder).write(writer, Pass.INFER,
                new Inputs(prompt(name), List.of()));
        out.put(name, ids(written, shape, writer));
        String stem = name.replaceFirst("_max\\d+.*", "");
        float[] scores = new float[written.texts().size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) written.texts().get(i).score();
        }
        out.put(stem + "_scores", manager.create(scores));
        if (!drawn.isEmpty() && !drawn.getFirst().isEmpty()) {
            out.put("generate.nucleus_probs_per_step", probabilities(drawn));
        }
        if (endless) {
            out.put("decode.step_logits", steps(logits, written.texts().size()));
        }
    }

    private static Decoding decoding(String name, Shape shape) {
        Optional<Double> most = number(name, "max(?:len)?(\\d+)");
        Optional<Double> fresh = number(name, "(?:greedy|_)(\\d+)(?:_with_eos)?$");
        int length = most.or(() -> fresh).map(Double::intValue)
                .orElseGet(() -> (int) shape.get(shape.dimension() - 1));
        Decoding how = Decoding.greedy(length)
                .lengths(number(name, "min(\\d+)").orElse(0.0).intValue(), length, fresh.isEmpty() || most.isPresent())
                .penalty(number(name, "rep([\\d.]+)").orElse(1.0));
        Optional<Double> nucleus = number(name, "nucleus([\\d.]+)");
        if (nucleus.isPresent()) {
            return how.drawing(1, 50, nucleus.get(), 0);
        }
        int beams = number(name, "beam(\\d+)").orElse(1.0).intValue();
        return beams == 1 ? how : how.beams(beams, number(name, "lp(-?[\\d.]+)").orElse(1.0));
    }

    private static Optional<Double> number(String name, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(name);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String found = matcher.group(1).replaceFirst("\\.$", "");
        return Optional.of(found.matches("-?[\\d.]+") ? Double.parseDouble(found) : 1.0);
    }

    /// A prompt of fewer rows than there are pictures belongs to the first ones.
    private Map<String, NDArray> prompt(String name) {
        Map<String, NDArray> out = new HashMap<>(inputs);
        if (!inputs.containsKey("decoder_input_ids")) { // else the mask is a question's
            out.remove("attention_mask"); // the reference attends to all of a prompt
        }
        if (name.contains("noprompt")) {
            out.remove("input_ids");
            return out;
        }
        PROMPTS.stream().filter(inputs::containsKey).findFirst().ifPresent(prompt -> {
            NDArray ids = inputs.get(prompt);
            out.put("input_ids", ids);
            out.replaceAll((_, tensor) -> tensor.getShape().dimension() == 4
                    ? tensor.get(new NDIndex(":{}", ids.getShape().get(0)))
                    : tensor);
        });
        return out;
    }

    private Generates ending(long end) {
        Generates inner = model;
        return new Generates() {
            @Override
            public Ends ends() {
                return new Ends(inner.ends().start(), end, inner.ends().pad(), inner.ends().length());
            }

            @Override
            public boolean writes(long id) {
                return inner.writes(id);
            }

            @Override
            public Search search() {
                return inner.search();
            }

            @Override
            public Writing begin(Pass pass, Inputs given, int rows, boolean cached) {
                return inner.begin(pass, given, rows, cached);
            }
        };
    }

    /// One axis: the new ids of one text, with the end that it said. Two: all texts as they stand.
    private NDArray ids(Written written, Shape shape, Generates writer) {
        if (shape.dimension() == 1) {
            Written.Text text = written.texts().getFirst();
            LongStream end = text.reason() == Written.Reason.END
                    ? LongStream.of(writer.ends().end())
                    : LongStream.empty();
            return manager.create(LongStream.concat(LongStream.of(text.fresh()), end).toArray());
        }
        long[][] rows = written.rows();
        return manager.create(Arrays.stream(rows).flatMapToLong(LongStream::of).toArray(),
                new Shape(rows.length, rows[0].length));
    }

    private NDArray probabilities(List<List<double[]>> steps) {
        int b = steps.getFirst().size();
        int v = steps.getFirst().getFirst().length;
        float[] all = new float[steps.size() * b * v];
        int at = 0;
        for (List<double[]> step : steps) {
            for (double[] row : step) {
                for (double p : row) {
                    all[at++] = (float) p;
                }
            }
        }
        return manager.create(all, new Shape(steps.size(), b, v));
    }

    private NDArray steps(List<float[]> logits, int b) {
        int v = logits.getFirst().length / b;
        float[] all = new float[logits.size() * b * v];
        for (int s = 0; s < logits.size(); s++) {
            for (int r = 0; r < b; r++) {
                System.arraycopy(logits.get(s), r * v, all, (r * logits.size() + s) * v, v);
            }
        }
        return manager.create(all, new Shape(b, logits.size(), v));
    }

    private static long[][] rows(NDArray draws) {
        int steps = (int) draws.getShape().get(0);
        int b = (int) draws.getShape().get(1);
        long[] flat = draws.toLongArray();
        long[][] out = new long[steps][b];
        for (int s = 0; s < steps; s++) {
            System.arraycopy(flat, s * b, out[s], 0, b);
        }
        return out;
    }
}
