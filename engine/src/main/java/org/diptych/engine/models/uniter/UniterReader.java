package org.diptych.engine.models.uniter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.RegionSide;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.text.TextTokenizer;

/// From sentences and regions to one padded sequence: a text's padding goes behind the regions, so that each example is without gaps (ChenRocks/UNITER
/// `data/data.py`, `get_gather_index`).
record UniterReader(UniterConfig config, Optional<TextTokenizer> tokenizer) {
    Encoded encode(Sample sample) throws EngineException {
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            TextTokenizer reader = tokenizer
                    .orElseThrow(() -> new EngineException("models.tokenizer", "UNITER", "vocab.txt"));
            tokens = Optional.of(reader.encode(sample.text().get(), config.positions()));
        }
        return RegionSide.encode("UNITER", config.feature(), tokens, sample);
    }

    Map<String, NDArray> batch(List<Encoded> samples, NDManager manager) {
        Map<String, NDArray> out = new HashMap<>(
                Stacked.text(samples, tokenizer.map(TextTokenizer::padId).orElse(0), manager));
        if (samples.getFirst().regions().isPresent()) {
            regions(samples, manager, out);
        }
        return out;
    }

    private void regions(List<Encoded> samples, NDManager manager, Map<String, NDArray> out) {
        RegionSide.Batch regions = RegionSide.batch(samples, UniterReader::place, manager);
        int b = samples.size();
        int words = samples.stream().mapToInt(s -> s.tokens().map(Tokens::size).orElse(0)).max().orElseThrow();
        int length = samples.stream()
                .mapToInt(s -> s.tokens().map(Tokens::size).orElse(0) + s.regions().orElseThrow().boxes().size()).max()
                .orElseThrow();
        long[] order = new long[b * length];
        long[] mask = new long[b * length];
        for (int i = 0; i < b; i++) {
            int own = samples.get(i).tokens().map(Tokens::size).orElse(0);
            int boxes = samples.get(i).regions().orElseThrow().boxes().size();
            for (int j = 0; j < length; j++) {
                boolean region = j >= own && j < own + boxes;
                order[i * length + j] = region ? words + j - own : j;
                mask[i * length + j] = j < own + boxes ? 1 : 0;
            }
        }
        out.put("img_feat", regions.features());
        out.put("img_pos_feat", regions.places());
        out.put("gather_index", Staging.longs(manager, order, new Shape(b, length)));
        out.put("attn_masks", Staging.longs(manager, mask, new Shape(b, length)));
    }

    /// x1, y1, x2, y2, width and height as shares of the picture's, and the area.
    private static float[] place(Box box, Box whole) {
        float[] c = RegionSide.corners(box, whole);
        float width = c[2] - c[0];
        float height = c[3] - c[1];
        return new float[]{c[0], c[1], c[2], c[3], width, height, width * height};
    }
}
