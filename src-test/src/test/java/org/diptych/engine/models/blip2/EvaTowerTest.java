package org.diptych.engine.models.blip2;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.BothPaths;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Adapters;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("invariant")
class EvaTowerTest {
    @ParameterizedTest
    @CsvSource({"true,GELU", "false,QUICK_GELU"})
    void bothPathsAgree(boolean biased, Activations activation) throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            EvaTower tower = new EvaTower(
                    new Blip2Config.Vision(8, 4, 12, 2, 2, 24, 1e-6, 1e-5, activation, biased));
            BothPaths.draw(tower, scope, 0.3);
            NDArray pixels = BothPaths.random(scope, new SplittableRandom(1), 1, new Shape(2, 3, 8, 8));
            Function<Pass, NDArray> forward = pass -> tower.apply(pass, pixels);
            assertThat(BothPaths.fuses(true, forward)).isTrue();
            BothPaths.agree(tower, forward);
            Adapters adapters = Adapters.attach(tower, n -> n.endsWith("1.attn.proj"), 2, 4);
            adapters.initialise(scope, 1);
            assertThat(BothPaths.fuses(true, forward)).isFalse();
            adapters.detach();
            return true;
        });
    }
}
