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
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.text.TextTokenizer;

/// From sentences and regions to one padded sequence: a text's padding goes behind the regions, so that each example is without gaps (ChenRocks/UNITER
/// `data/data.py`, `get_gather_index`).
record UniterReader(UniterConfig config, Optional<TextTokenizer> tokenizer) {
    /// x1, y1, x2, y2, width and height as shares of the picture's, and the area.
    private static final int PLACE = 7;

    Encoded encode(Sample sample) throws EngineException {
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            TextTokenizer reader = tokenizer
                    .orElseThrow(() -> new EngineException("models.tokenizer", "UNITER", "vocab.txt"));
            tokens = Optional.of(reader.encode(sample.text().get(), config.positions()));
        }
        if (sample.picture().isEmpty()) {
            return new Encoded(tokens, new float[0], 0, 0, Optional.empty(), Optional.empty());
        }
        Regions regions = sample.regions().orElseThrow(() -> new EngineException("models.regions", "UNITER"));
        if (regions.features().length == 0 || regions.features()[0].length != config.feature()) {
            throw new EngineException("models.regions.width", "UNITER", config.feature(),
                    regions.features().length == 0 ? 0 : regions.features()[0].length);
        }
        Box whole = new Box(0, 0, sample.picture().get().width(), sample.picture().get().height());
        return new Encoded(tokens, new float[0], 0, 0, Optional.of(whole), Optional.of(regions));
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
        int b = samples.size();
        int most = samples.stream().mapToInt(s -> s.regions().orElseThrow().boxes().size()).max().orElseThrow();
        int words = samples.stream().mapToInt(s -> s.tokens().map(Tokens::size).orElse(0)).max().orElseThrow();
        int length = samples.stream()
                .mapToInt(s -> s.tokens().map(Tokens::size).orElse(0) + s.regions().orElseThrow().boxes().size()).max()
                .orElseThrow();
        float[] features = new float[b * most * config.feature()];
        float[] places = new float[b * most * PLACE];
        long[] order = new long[b * length];
        long[] mask = new long[b * length];
        for (int i = 0; i < b; i++) {
            Regions regions = samples.get(i).regions().orElseThrow();
            Box whole = samples.get(i).view().orElseThrow();
            int own = samples.get(i).tokens().map(Tokens::size).orElse(0);
            int boxes = regions.boxes().size();
            for (int r = 0; r < boxes; r++) {
                System.arraycopy(regions.features()[r], 0, features, (i * most + r) * config.feature(),
                        config.feature());
                System.arraycopy(place(regions.boxes().get(r), whole), 0, places, (i * most + r) * PLACE, PLACE);
            }
            for (int j = 0; j < length; j++) {
                boolean region = j >= own && j < own + boxes;
                order[i * length + j] = region ? words + j - own : j;
                mask[i * length + j] = j < own + boxes ? 1 : 0;
            }
        }
        out.put("img_feat", Staging.floats(manager, features, new Shape(b, most, config.feature())));
        out.put("img_pos_feat", Staging.floats(manager, places, new Shape(b, most, PLACE)));
        out.put("gather_index", Staging.longs(manager, order, new Shape(b, length)));
        out.put("attn_masks", Staging.longs(manager, mask, new Shape(b, length)));
    }

    private static float[] place(Box box, Box whole) {
        float w = whole.x2();
        float h = whole.y2();
        float width = (box.x2() - box.x1()) / w;
        float height = (box.y2() - box.y1()) / h;
        return new float[]{box.x1() / w, box.y1() / h, box.x2() / w, box.y2() / h, width, height, width * height};
    }
}
