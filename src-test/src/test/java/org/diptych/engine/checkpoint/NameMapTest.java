package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.kernel.Script;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class NameMapTest {
    private static final NameMap ALL = NameMap.of(NameMap.drop(".*\\.ids", "checkpoint.drop.positions"),
            NameMap.split("l(\\d)\\.qkv", 0, "layer.$1.q", "layer.$1.k", "layer.$1.v"),
            NameMap.join("layer.$1.both", 1, "l(\\d)\\.left", "l(\\d)\\.right"),
            NameMap.transpose("proj", "projection.weight"), NameMap.rename("l(\\d)\\.(fc)", "layer.$1.mlp.$2"),
            NameMap.tie("decoder\\.weight", "words.weight"), NameMap.resizePositions("positions", 1, 3, 2));

    private static final String BICUBIC = """
              def cubic(self: __torch__.Ops, x: Tensor, like: Tensor) -> Tensor:
                h = torch.size(like, 0)
                w = torch.size(like, 1)
                return torch.upsample_bicubic2d(x, [h, w], False, None, None)
            """;

    private static Map<String, NDArray> tensors(NDManager scope) {
        Map<String, NDArray> all = new LinkedHashMap<>();
        all.put("l3.qkv", scope.arange(12f).reshape(6, 2));
        all.put("l3.right", scope.arange(4f).reshape(2, 2).add(10));
        all.put("l3.left", scope.arange(2f).reshape(2, 1));
        all.put("proj", scope.arange(6f).reshape(2, 3));
        all.put("l3.fc", scope.ones(new Shape(1)));
        all.put("l3.ids", scope.ones(new Shape(1)));
        all.put("decoder.weight", scope.ones(new Shape(2)));
        all.put("words.weight", scope.ones(new Shape(2)));
        all.put("positions", scope.ones(new Shape(5, 2)));
        all.put("else", scope.ones(new Shape(1)));
        return all;
    }

    @Test
    void everyRuleDoesItsPart() throws EngineException {
        TestLane.run(context -> {
            Map<String, NDArray> out = ALL.apply(tensors(context.scope()));
            assertThat(out.keySet()).containsExactlyInAnyOrder("layer.3.q", "layer.3.k", "layer.3.v", "layer.3.both",
                    "projection.weight", "layer.3.mlp.fc", "words.weight", "positions", "else");
            assertThat(out.get("layer.3.k").toFloatArray()).containsExactly(4, 5, 6, 7);
            assertThat(out.get("layer.3.both").toFloatArray()).containsExactly(0, 10, 11, 1, 12, 13);
            assertThat(out.get("projection.weight").toFloatArray()).containsExactly(0, 3, 1, 4, 2, 5);
            assertThat(out.get("positions").getShape()).isEqualTo(new Shape(7, 2));
            NameMap.Plan plan = ALL.plan(tensors(context.scope()).keySet());
            assertThat(plan.dropped()).containsExactly(Map.entry("l3.ids", Message.of("checkpoint.drop.positions")));
            assertThat(plan.tied()).containsExactly(Map.entry("decoder.weight", "words.weight"));
            assertThat(plan.unusable()).isEmpty();
            plan.recipes().forEach((name, recipe) -> assertThat(recipe.shape(recipe.sources().stream()
                    .map(s -> tensors(context.scope()).get(s).getShape().getShape()).toList()).orElseThrow()).as(name)
                    .containsExactly(out.get(name).getShape().getShape()));
            return 0;
        });
    }

    @Test
    void mappingTwiceIsMappingOnce() throws EngineException {
        TestLane.run(context -> {
            Map<String, NDArray> once = ALL.apply(tensors(context.scope()));
            Map<String, NDArray> twice = ALL.apply(once);
            assertThat(twice.keySet()).isEqualTo(once.keySet());
            once.forEach((name, tensor) -> assertThat(twice.get(name).contentEquals(tensor)).as(name).isTrue());
            return 0;
        });
    }

    @Test
    void mappingAFilesNamesTwiceIsMappingThemOnce() throws EngineException {
        for (Path file : List.of(Path.of("golden/clip/hf/model.safetensors"),
                Path.of("golden/clip/openai/ViT-B-32.pt"), Path.of("golden/clip/rn/model.safetensors"))) {
            TestLane.run(context -> {
                NameMap map = new Loader(Models.all()).load(file, context.scope().newSubManager()).names();
                try (CheckpointReader reader = CheckpointReader.open(file)) {
                    Set<String> once = map.plan(reader.names()).recipes().keySet();
                    NameMap.Plan again = map.plan(once);
                    assertThat(again.recipes().keySet()).isEqualTo(once);
                    assertThat(again.recipes().values()).allMatch(Recipe::asItIs);
                }
                return 0;
            });
        }
    }

    @Test
    void aPartOfAFileIsMappedAsFarAsItGoes() {
        NameMap.Plan plan = ALL.plan(Set.of("l0.left", "decoder.weight", "l1.qkv"));
        assertThat(plan.recipes().keySet()).containsExactlyInAnyOrder("words.weight", "layer.1.q", "layer.1.k",
                "layer.1.v");
        assertThat(plan.recipes().get("words.weight").source()).isEqualTo("decoder.weight");
        assertThat(plan.unusable()).containsExactly("l0.left");
        assertThat(plan.tied()).isEmpty();
    }

    @Test
    void twoSourcesOfOneTensorAreTold() {
        NameMap.Plan plan = ALL.plan(new java.util.TreeSet<>(Set.of("l0.fc", "layer.0.mlp.fc")));
        assertThat(plan.recipes()).hasSize(1);
        assertThat(plan.unusable()).containsExactly("layer.0.mlp.fc");
    }

    @Test
    void shapesThatNoStepFitsAreTold() {
        Recipe split = new Recipe(List.of("x"), List.of(new Recipe.Piece(0, 3, 0)));
        assertThat(split.shape(List.of(new long[]{64}))).isEmpty();
        assertThat(split.shape(List.of(new long[]{}))).isEmpty();
        assertThat(split.shape(List.of(new long[]{192, 2})).orElseThrow()).containsExactly(64, 2);
        Recipe turn = new Recipe(List.of("x"), List.of(new Recipe.Turn()));
        assertThat(turn.shape(List.of(new long[]{64}))).isEmpty();
        Recipe stack = new Recipe(List.of("x", "y"), List.of(new Recipe.Stack(0)));
        assertThat(stack.shape(List.of(new long[]{2, 3}, new long[]{2, 4}))).isEmpty();
        Recipe grid = new Recipe(List.of("x"), List.of(new Recipe.Regrid(new PositionGrid(1, 2, 2))));
        assertThat(grid.shape(List.of(new long[]{12, 4}))).isEmpty();
        assertThat(grid.shape(List.of(new long[]{1, 10, 4})).orElseThrow()).containsExactly(1, 5, 4);
    }

    /// libtorch's own bicubic is the reference.
    @Test
    void positionsAreInterpolatedAsLibtorchDoes() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            for (int[] grid : new int[][]{{7, 7}, {3, 5}, {14, 9}, {4, 4}}) {
                NDArray table = scope.randomNormal(new Shape(1, 1 + 16, 6));
                NDArray out = new PositionGrid(1, grid[0], grid[1]).apply(table);
                NDArray picture = table.get(":, 1:").transpose(0, 2, 1).reshape(1, 6, 4, 4); // (1, D, G, G)
                NDArray size = scope.zeros(new Shape(grid[0], grid[1]));
                NDArray want = Script.of(picture, BICUBIC).call("cubic", picture, List.of(), size).singletonOrThrow();
                NDArray rows = want.reshape(1, 6, -1).transpose(0, 2, 1);
                assertThat(out.get(":, 1:").sub(rows).abs().max().getFloat()).as("%d x %d", grid[0], grid[1])
                        .isLessThan(1e-5f);
                assertThat(out.get(":, 0").contentEquals(table.get(":, 0"))).isTrue();
            }
            return 0;
        });
    }

    @Test
    void aTableOfWhichTheFileHasTheFirstRowsEndsInZeros() throws EngineException {
        TestLane.run(context -> {
            NameMap map = NameMap.of(NameMap.join("table", 1, "a", "b"), NameMap.grow("table", 1, 3));
            Map<String, NDArray> out = map.apply(Map.of("a", context.scope().arange(2f).reshape(1, 2).add(1), "b",
                    context.scope().arange(1f).reshape(1, 1).add(7)));
            assertThat(out.get("table").toFloatArray()).containsExactly(1, 2, 7, 0, 0, 0, 0, 0, 0);
            Recipe recipe = map.plan(Set.of("a", "b")).recipes().get("table");
            assertThat(recipe.shape(List.of(new long[]{1, 2}, new long[]{1, 1})).orElseThrow()).containsExactly(3, 3);
            assertThat(recipe.shape(List.of(new long[]{2, 2}, new long[]{2, 1}))).as("other rows").isEmpty();
            return true;
        });
    }
}
