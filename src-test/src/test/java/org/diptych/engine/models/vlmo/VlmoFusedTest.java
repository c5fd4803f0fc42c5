package org.diptych.engine.models.vlmo;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.LinkedHashMap;
import java.util.Map;
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

/// The stack in one call says what the blocks say one by one.
@Tag("invariant")
class VlmoFusedTest {
    private interface Check {
        void run(VlmoStack stack, NDManager scope) throws EngineException;
    }

    private static JsonObject tiny() {
        return JsonParser.parseString("""
                {"vlmo_config": {"image_size": 8, "max_text_len": 12, "max_text_len_of_initckpt": 12, "vocab_size": 30,
                                 "drop_path_rate": 0, "loss_names": {"itm": 1, "itc": 1, "mlm": 1}},
                 "arch": {"patch_size": 4, "embed_dim": 16, "depth": 3, "num_heads": 2, "mlp_ratio": 2,
                          "vlffn_start_layer_index": 2, "layer_scale_init_values": 0.1}}""").getAsJsonObject();
    }

    private static JsonObject arch(String key, Object value) {
        JsonObject json = tiny();
        json.getAsJsonObject("arch").add(key, JsonParser.parseString(String.valueOf(value)));
        return json;
    }

    private static void with(JsonObject json, double spread, Check check) throws EngineException {
        TestLane.run(context -> {
            VlmoStack stack = new VlmoStack(VlmoConfig.of(json));
            BothPaths.draw(stack, context.scope(), spread);
            check.run(stack, context.scope());
            return true;
        });
    }

    /// @param padding at the end of the second text
    private static VlmoStack.Sequence words(VlmoStack stack, Pass pass, NDManager scope, int length, int padding) {
        long[] ids = IntStream.range(0, 2 * length).mapToLong(i -> 3 + i * 7 % 20).toArray();
        long[] there = IntStream.range(0, 2 * length).mapToLong(i -> i < 2 * length - padding ? 1 : 0).toArray();
        Shape shape = new Shape(2, length);
        return stack.words(pass, scope.create(ids, shape), scope.create(there, shape));
    }

    private static VlmoStack.Sequence picture(VlmoStack stack, NDManager scope, int side) {
        return stack.picture(BothPaths.random(scope, new SplittableRandom(1), 1, new Shape(2, 3, side, side)), 1);
    }

    private static NDArray alone(VlmoStack stack, Pass pass, VlmoStack.Sequence side) {
        VlmoStack.Endings ends = stack.alone(pass, side, true);
        return ends.own().concat(ends.branch().orElseThrow(), 1);
    }

    /// @return every way of using the stack
    private static Map<String, Function<Pass, NDArray>> ways(VlmoStack stack, NDManager scope) {
        Map<String, Function<Pass, NDArray>> ways = new LinkedHashMap<>();
        ways.put("picture", pass -> alone(stack, pass, picture(stack, scope, 8)));
        for (int padding : new int[]{0, 2}) {
            ways.put("text " + padding, pass -> alone(stack, pass, words(stack, pass, scope, 5, padding)));
            ways.put("both " + padding, pass -> stack.both(pass, words(stack, pass, scope, 5, padding),
                    picture(stack, scope, 8)));
        }
        return ways;
    }

    @ParameterizedTest
    @CsvSource({"vlffn_start_layer_index,2", "vlffn_start_layer_index,3", "vlffn_start_layer_index,0",
            "layer_scale_init_values,null", "qkv_bias,false", "use_abs_pos_emb,true"})
    void bothPathsAgree(String key, String value) throws EngineException {
        with(arch(key, value), 0.3, (stack, scope) -> ways(stack, scope).forEach((name, way) -> {
            assertThat(BothPaths.fuses(false, way)).as(name).isTrue();
            BothPaths.agree(stack, way);
        }));
    }

    /// More weights than are formed at once.
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void bothPathsAgreeOnALargePicture(boolean absolute) throws EngineException {
        JsonObject json = arch("use_abs_pos_emb", absolute);
        json.getAsJsonObject("vlmo_config").addProperty("image_size", 104);
        with(json, 0.3, (stack, scope) -> BothPaths.agree(stack, pass -> stack.both(pass,
                words(stack, pass, scope, 10, 3), picture(stack, scope, 104))));
    }

    /// Few rows by wide weights have a product of their own.
    @Test
    void bothPathsAgreeOnFewWords() throws EngineException {
        JsonObject json = arch("embed_dim", 512);
        json.getAsJsonObject("arch").addProperty("vlffn_start_layer_index", 1);
        json.getAsJsonObject("arch").addProperty("depth", 2);
        json.getAsJsonObject("arch").addProperty("mlp_ratio", 1);
        with(json, 0.05, (stack, scope) -> {
            BothPaths.agree(stack, pass -> alone(stack, pass, words(stack, pass, scope, 3, 0)));
            BothPaths.agree(stack, pass -> stack.both(pass, words(stack, pass, scope, 4, 1),
                    picture(stack, scope, 8)));
        });
    }

    @Test
    void whatTheKernelCannotDoTheBlocksDo() throws EngineException {
        JsonObject json = tiny();
        json.getAsJsonObject("vlmo_config").addProperty("drop_path_rate", 0.1);
        with(json, 0.3, (stack, scope) -> ways(stack, scope).forEach((name, way) -> {
            assertThat(BothPaths.fuses(true, way)).as(name).isFalse();
            assertThat(BothPaths.fuses(false, way)).as(name).isTrue();
        }));
        for (String map : new String[]{"0.attn.proj", "1.mlp_text.fc1", "0.mlp_imag.fc2", "2.mlp_vl.fc1"}) {
            with(tiny(), 0.3, (stack, scope) -> {
                Function<Pass, NDArray> way = pass -> alone(stack, pass, words(stack, pass, scope, 5, 0));
                Adapters adapters = Adapters.attach(stack, n -> n.endsWith("blocks." + map), 2, 4);
                assertThat(adapters.size()).isEqualTo(1);
                adapters.initialise(scope, 1);
                assertThat(BothPaths.fuses(false, way)).as(map).isFalse();
                adapters.detach();
                assertThat(BothPaths.fuses(true, way)).as(map).isTrue();
            });
        }
    }
}
