package org.diptych.engine.models.beit3;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.kernel.BothPaths;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Adapters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The stack in one call says what the layers say one by one.
@Tag("invariant")
class Beit3FusedTest {
    private interface Check {
        void run(Beit3Stack stack, NDManager scope) throws EngineException;
    }

    private static JsonObject tiny() {
        JsonObject json = new JsonObject();
        json.addProperty("vocab_size", 30);
        json.addProperty("max_source_positions", 12);
        json.addProperty("encoder_embed_dim", 16);
        json.addProperty("encoder_layers", 2);
        json.addProperty("encoder_attention_heads", 2);
        json.addProperty("encoder_ffn_embed_dim", 24);
        json.addProperty("img_size", 8);
        json.addProperty("patch_size", 4);
        json.add("heads", new JsonObject());
        return json;
    }

    private static void with(JsonObject json, double spread, Check check) throws EngineException {
        TestLane.run(context -> {
            Beit3Stack stack = new Beit3Stack(Beit3Config.of(json));
            BothPaths.draw(stack, context.scope(), spread);
            check.run(stack, context.scope());
            return true;
        });
    }

    /// @param padding at the end of the second text
    private static Beit3Stack.Sequence words(Beit3Stack stack, Pass pass, NDManager scope, int length, int padding) {
        long[] ids = IntStream.range(0, 2 * length).mapToLong(i -> 3 + i * 7 % 20).toArray();
        long[] hidden = IntStream.range(0, 2 * length).mapToLong(i -> i >= 2 * length - padding ? 1 : 0).toArray();
        Shape shape = new Shape(2, length);
        return stack.words(pass, scope.create(ids, shape),
                padding > 0 ? Optional.of(scope.create(hidden, shape)) : Optional.empty(), 0);
    }

    private static Beit3Stack.Sequence picture(Beit3Stack stack, Pass pass, NDManager scope, int side) {
        return stack.picture(pass,
                BothPaths.random(scope, new SplittableRandom(1), 1, new Shape(2, 3, side, side)), Optional.empty());
    }

    /// @return every way of using the stack
    private static Map<String, Function<Pass, NDArray>> ways(Beit3Stack stack, NDManager scope) {
        Map<String, Function<Pass, NDArray>> ways = new LinkedHashMap<>();
        ways.put("picture", pass -> stack.apply(pass, picture(stack, pass, scope, 8)));
        for (int padding : new int[]{0, 2}) {
            ways.put("text " + padding, pass -> stack.apply(pass, words(stack, pass, scope, 5, padding)));
            ways.put("pair " + padding, pass -> stack.apply(pass, Beit3Stack.joined(picture(stack, pass, scope, 8),
                    words(stack, pass, scope, 5, padding))));
            ways.put("caption " + padding,
                    pass -> stack.writing(pass, Beit3Stack.joined(picture(stack, pass, scope, 8),
                            words(stack, pass, scope, 5, padding)), Optional.empty()));
        }
        return ways;
    }

    @ParameterizedTest
    @CsvSource({"true,true,gelu", "true,false,quick_gelu", "false,false,gelu", "false,true,relu"})
    void bothPathsAgree(boolean preNorm, boolean subNorm, String activation) throws EngineException {
        JsonObject json = tiny();
        json.addProperty("encoder_normalize_before", preNorm);
        json.addProperty("subln", subNorm);
        json.addProperty("activation_fn", activation);
        with(json, 0.3, (stack, scope) -> ways(stack, scope).forEach((name, way) -> {
            assertThat(BothPaths.fuses(false, way)).as(name).isTrue();
            BothPaths.agree(stack, way);
        }));
    }

    /// More weights than are formed at once.
    @Test
    void bothPathsAgreeOnALargePicture() throws EngineException {
        JsonObject json = tiny();
        json.addProperty("img_size", 104);
        with(json, 0.3, (stack, scope) -> BothPaths.agree(stack, pass -> stack.apply(pass, Beit3Stack
                .joined(picture(stack, pass, scope, 104), words(stack, pass, scope, 10, 3)))));
    }

    /// Few rows by wide weights have a product of their own.
    @Test
    void bothPathsAgreeOnFewWords() throws EngineException {
        JsonObject json = tiny();
        json.addProperty("encoder_embed_dim", 512);
        json.addProperty("encoder_layers", 1);
        with(json, 0.05, (stack, scope) -> {
            BothPaths.agree(stack, pass -> stack.apply(pass, words(stack, pass, scope, 3, 0)));
            BothPaths.agree(stack, pass -> stack.apply(pass,
                    Beit3Stack.joined(picture(stack, pass, scope, 8), words(stack, pass, scope, 4, 1))));
        });
    }

    @Test
    void whatTheKernelCannotDoTheLayersDo() throws EngineException {
        for (String rate : new String[]{"dropout", "attention_dropout", "activation_dropout", "drop_path_rate"}) {
            JsonObject json = tiny();
            json.addProperty(rate, 0.1);
            with(json, 0.3, (stack, scope) -> ways(stack, scope).forEach((name, way) -> {
                assertThat(BothPaths.fuses(true, way)).as(rate).isFalse();
                assertThat(BothPaths.fuses(false, way)).as(rate).isTrue();
            }));
        }
        for (String projection : new String[]{"q_proj.B", "out_proj.A", "ffn.A.fc1", "ffn.B.fc2"}) {
            with(tiny(), 0.3, (stack, scope) -> {
                Function<Pass, NDArray> way = pass -> stack.apply(pass, words(stack, pass, scope, 5, 0));
                Adapters adapters = Adapters.attach(stack, n -> n.endsWith("layers.1.self_attn." + projection)
                        || n.endsWith("layers.1." + projection), 2, 4);
                assertThat(adapters.size()).isEqualTo(1);
                adapters.initialise(scope, 1);
                assertThat(BothPaths.fuses(false, way)).as(projection).isFalse();
                adapters.detach();
                assertThat(BothPaths.fuses(true, way)).as(projection).isTrue();
            });
        }
    }
}
