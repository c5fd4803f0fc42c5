package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.checkpoint.Recipe;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.PictureCodes;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.VitTower;

/// BEiT v2's tokenizer of pictures (Peng et al. 2022, "BEiT v2", section 2.2; microsoft/unilm `beit2/modeling_vqkd.py`, `norm_ema_quantizer.py`): a vision transformer, two layers with a tanh between them, and the row of a
/// codebook that lies nearest to each patch's unit vector. What the file has to decode codes is not read. It wants values from -1 to 1, as BEiT-3's own pictures are.
final class PictureTokenizer extends Module implements PictureCodes {
    private static final String PATCH = "encoder.patch_embed.proj.weight";
    private static final String PLACES = "encoder.pos_embed";
    private static final String INNER = "encode_task_layer.0";
    private static final String OUTER = "encode_task_layer.2";
    private static final String BOOK = "quantize.embedding.weight";
    private static final String WIDE = "encoder.blocks.0.mlp.fc1.weight";
    private static final int HEAD_WIDTH = 64;
    private static final double EPSILON = 1e-6;
    private static final String ATTENTION = "(encoder\\.blocks\\.\\d+\\.attn)\\.";
    private static final NameMap NAMES = NameMap.of(
            NameMap.split(ATTENTION + "qkv\\.weight", 0, "$1.query.weight", "$1.key.weight", "$1.value.weight"),
            NameMap.rename(ATTENTION + "q_bias", "$1.query.bias"),
            NameMap.rename(ATTENTION + "v_bias", "$1.value.bias"),
            NameMap.rename("encoder\\.fc_norm\\.(.*)", "encoder.norm.$1"));

    private final VitTower encoder;
    private final Linear inner;
    private final Linear outer;
    private final Weight book;
    private NDArray doubled;
    private NDArray lengths;

    private PictureTokenizer(int image, int patch, EncoderFacts facts, long[] codes) {
        encoder = child("encoder", new VitTower(image, patch, facts, "tokenizer"));
        inner = child(INNER, new Linear(facts.width(), facts.width()));
        outer = child(OUTER, new Linear(facts.width(), (int) codes[1]));
        book = buffer(BOOK, codes);
    }

    /// @param model that learns the codes
    /// @param scope owns the weights
    /// @throws EngineException when the file is no such tokenizer, reads other pictures than the model, or has more codes than the model's head
    static PictureTokenizer open(Path file, Beit3Config model, NDManager scope) throws EngineException {
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            for (String name : List.of(PATCH, PLACES, INNER + ".weight", OUTER + ".weight", BOOK, WIDE)) {
                if (!reader.names().contains(name)) {
                    throw new EngineException("train.codes.tokenizer", file, name);
                }
            }
            long[] patch = reader.entry(PATCH).shape();
            long[] book = reader.entry(BOOK).shape();
            int grid = (int) Math.round(Math.sqrt(reader.entry(PLACES).shape()[1] - 1.0));
            int image = grid * (int) patch[2];
            if (image != model.image() || grid != model.grid()) {
                throw new EngineException("train.codes.grid", file, image, grid, model.image(), model.grid());
            }
            if (book[0] > model.parts().codes()) {
                throw new EngineException("train.codes.many", file, book[0], model.parts().codes());
            }
            int width = (int) patch[0];
            PictureTokenizer made = new PictureTokenizer(image, (int) patch[2],
                    new EncoderFacts(width, layers(reader.names()), Math.max(1, width / HEAD_WIDTH),
                            (int) reader.entry(WIDE).shape()[0], EPSILON, Activations.GELU, true, false),
                    book);
            made.fill(file, reader, scope);
            made.doubled = Scalars.times(made.book.get().transpose(), 2); // (d, K)
            made.lengths = made.book.get().square().sum(new int[]{1}); // (K)
            return made;
        }
    }

    private static int layers(Set<String> names) {
        return (int) names.stream().filter(n -> n.matches("encoder\\.blocks\\.\\d+\\.norm1\\.weight")).count();
    }

    private void fill(Path file, CheckpointReader reader, NDManager scope) throws EngineException {
        Map<String, Recipe> recipes = NAMES.plan(reader.names()).recipes();
        for (Map.Entry<String, Weight> item : weights().entrySet()) {
            Weight weight = item.getValue();
            Recipe recipe = recipes.get(item.getKey());
            if (recipe == null && item.getKey().endsWith(".attn.key.bias")) {
                weight.set(scope.zeros(weight.shape())); // it would add the same to all scores of a query
                continue;
            }
            if (recipe == null || !fits(recipe, reader, weight.shape())) {
                throw new EngineException("train.codes.tokenizer", file,
                        recipe == null ? item.getKey() : recipe.source());
            }
            try (NDManager temporary = scope.newSubManager()) {
                List<NDArray> read = new ArrayList<>();
                for (String source : recipe.sources()) {
                    read.add(reader.read(source, temporary));
                }
                NDArray made = recipe.apply(read).toType(DataType.FLOAT32, true);
                made.attach(scope);
                weight.set(made);
            }
        }
    }

    private static boolean fits(Recipe recipe, CheckpointReader reader, Shape shape) {
        return recipe.shape(recipe.sources().stream().map(s -> reader.entry(s).shape()).toList())
                .filter(s -> Arrays.equals(s, shape.getShape())).isPresent();
    }

    /// The row of the book at the least distance d² = 1 + |e|² - 2 z·e.
    @Override
    public NDArray of(NDArray pixels) {
        NDArray patches = encoder.apply(Pass.INFER, pixels).get(new NDIndex(":, 1:")); // (B, N, D)
        NDArray z = outer.apply(inner.apply(patches).tanh());
        NDArray unit = z.div(Scalars.atLeast(z.square().sum(new int[]{-1}, true).sqrt(), 1e-12)); // (B, N, d)
        return unit.matMul(doubled).sub(lengths).argMax(-1).toType(DataType.INT64, false);
    }
}
