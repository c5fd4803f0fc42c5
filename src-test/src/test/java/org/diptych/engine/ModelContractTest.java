package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.GenerateRequest;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.PairScore;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.session.Catalog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a card says its model can do is what the code can do, both ways, for all twelve.
@Tag("invariant")
class ModelContractTest extends EngineTest {
    private static final Map<Capability, Class<?>> CODE = Map.of(Capability.ENCODES_IMAGE, EncodesImage.class,
            Capability.ENCODES_TEXT, EncodesText.class, Capability.SCORES_PAIRS, ScoresPairs.class,
            Capability.FILLS_MASKS, FillsMasks.class, Capability.ANSWERS, Answers.class, Capability.GENERATES,
            Generates.class);
    private static final long SCENE = (2L << 40) + 5;

    static Stream<String> families() {
        return Catalog.read().stream().map(ModelCard::id);
    }

    private static ModelCard card(String family) {
        return Catalog.read().stream().filter(c -> c.id().equals(family)).findFirst().orElseThrow();
    }

    /// Reference files of a family that hold all their weights; folders of other things have none.
    private static List<String> goldens(String family) throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("golden", family))) {
            return folders.filter(f -> Files.exists(f.resolve("model.safetensors")) && Files.exists(
                    f.resolve("config.json"))).map(f -> family + "/" + f.getFileName()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void aCardSaysWhatTheCodeCan(String family) throws EngineException, IOException {
        Set<Capability> said = EnumSet.copyOf(card(family).capabilities());
        assertThat(card(family).capabilities()).as("each once").hasSameSizeAs(said);
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        Path shipped = Bundled.folder(family, folder);
        found.addAll(capabilities(shipped, said));
        for (String golden : found.equals(said) ? List.<String>of() : goldens(family)) {
            found.addAll(capabilities(GoldenModels.copy(folder, golden), said));
        }
        assertThat(found).as("a file that can, for all that the card says").isEqualTo(said);
    }

    private static Set<Capability> capabilities(Path file, Set<Capability> said) throws EngineException {
        return TestLane.run(context -> {
            VisionLanguageModel model = new Loader(Models.all()).load(file, context.scope()).model();
            Set<Capability> code = CODE.keySet().stream().filter(c -> CODE.get(c).isInstance(model))
                    .collect(Collectors.toSet());
            assertThat(code).as("what %s's class implements", model.family()).isEqualTo(said);
            assertThat(said).as("%s in %s", model.family(), file.getFileName()).containsAll(model.capabilities());
            return model.capabilities();
        });
    }

    /// What the shipped file says of itself is done when it is asked for, and what it does not say is refused in words.
    @ParameterizedTest
    @MethodSource("families")
    void aShippedModelDoesWhatItSaysAndNothingElse(String family) throws EngineException {
        LoadedModel model = await(engine.load(new LoadRequest(family)));
        Set<Capability> able = model.capabilities();
        Scene scene = engine.scene(SCENE, model.sceneSize(), "aligned");
        RegionSource regions = RegionSource.Crops.of(scene);
        String text = scene.captions().get("en").getFirst();
        String gap = model.talk().mask().map(mask -> "a " + mask + " fish").orElse(text);
        assertThat(model.talk().mask().isPresent()).isEqualTo(able.contains(Capability.FILLS_MASKS));
        InspectResult seen = await(engine.inspect(new InspectRequest(family, scene.picture(), gap,
                TraceSelection.DEFAULT, Optional.of(regions),
                model.talk().ranks() ? List.of("red", "blue") : List.of())));
        assertThat(!seen.fills().isEmpty()).as("fills a gap").isEqualTo(able.contains(Capability.FILLS_MASKS));
        assertThat(!seen.answers().isEmpty()).as("answers").isEqualTo(able.contains(Capability.ANSWERS));
        assertThat(!seen.scores().isEmpty()).as("scores").isEqualTo(able.contains(Capability.SCORES_PAIRS));
        assertThat(!model.scores().isEmpty()).isEqualTo(able.contains(Capability.SCORES_PAIRS));
        for (PairScore score : PairScore.values()) {
            ContrastRequest asked = new ContrastRequest(family, List.of(scene.picture()), List.of(text, "a cup"),
                    List.of(regions), Optional.of(score));
            if (model.scores().contains(score)) {
                ContrastResult matrix = await(engine.contrast(asked));
                assertThat(matrix.score()).isEqualTo(score);
                assertThat(matrix.at(0, 0)).isNotEqualTo(matrix.at(0, 1)).isBetween(-1.0001f, 1.0001f);
            } else {
                assertThatExceptionOfType(EngineException.class).isThrownBy(() -> await(engine.contrast(asked)));
            }
        }
        if (able.contains(Capability.ENCODES_IMAGE) && able.contains(Capability.ENCODES_TEXT)) {
            assertThat(model.scores()).contains(PairScore.SIMILARITY);
        }
        GenerateRequest write = new GenerateRequest(family, Optional.of(scene.picture()),
                model.talk().alone() ? Optional.empty() : Optional.of("what is it"), Decoding.greedy(2), 1, false);
        if (able.contains(Capability.GENERATES)) {
            assertThat(await(engine.generate(write).job()).words()).isNotEmpty();
        } else {
            assertThatExceptionOfType(EngineException.class).isThrownBy(() -> await(engine.generate(write).job()));
        }
        await(engine.unload(family));
    }
}
