package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.data.toybox.ToyboxTokenizer;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A fresh model can read the words of the captions that it is taught with.
@Tag("unit")
class OwnWordsTest extends EngineTest {
    private static final List<String> CAPTIONS = List.of("A zebra's café, half-empty?", "ZEBRA & giraffe: 2 of them…",
            "斑马（两匹）在吃草！", "naïve Ångström units 3.5°", "tab\tand\u00a0nbsp\u200b 😀 grin", "İstanbul’s «old» quay_side",
            "a red fish", "ΣΟΦΟΣ wrote #1 @ 100%", "full　width，ＡＢＣ", "two zebras graze", "one giraffe", "a zebra");
    private static final Picture PICTURE = new Picture(8, 8, new byte[8 * 8 * 3], "black.png");

    @BeforeEach
    void set() throws Exception {
        for (int i = 0; i < CAPTIONS.size(); i++) {
            Pictures.writePng(folder.resolve("set/" + i + ".png"),
                    new Picture(1, 1, new byte[]{(byte) i, 2, 3}, i + ".png"));
        }
        captions(CAPTIONS);
    }

    private void captions(List<String> captions) throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < captions.size(); i++) {
            lines.add(new Gson().toJson(Map.of("image", i + ".png", "caption", captions.get(i), "split",
                    i < captions.size() - 2 ? "train" : "val")));
        }
        Files.write(folder.resolve("set/captions.jsonl"), lines);
    }

    private FineTunePlan plan(String... more) throws Exception {
        return TinyPlans.of("vilt", Stream.concat(Stream.of("data.source", "\"" + folder.resolve("set") + "\"",
                "objectives", "{\"mlm\": 1}", "batch", "4", "steps", "2", "checkpointEvery", "1", "schedule.warmup",
                "1"), Stream.of(more)).toArray(String[]::new));
    }

    private static List<String> tokens(String handle, String text) throws EngineException {
        return await(engine.inspect(new InspectRequest(handle, PICTURE, text, TraceSelection.DEFAULT))).tokens()
                .tokens().stream().map(Tokens.Token::string).toList();
    }

    @Test
    void itReadsEveryWordOfItsCaptionsAndStillDoesWhenItIsKept() throws Exception {
        FineTunePlan plan = plan();
        PlanOutline outline = await(engine.outline(plan));
        TrainingControl run = await(engine.fineTune(plan, folder.resolve("run")));
        await(run.job());
        Path kept = await(run.keep(folder.resolve("kept")));
        await(run.restore());
        String handle = await(engine.load(new LoadRequest(kept.toString()))).handle();
        for (String caption : CAPTIONS.subList(0, CAPTIONS.size() - 2)) {
            assertThat(tokens(handle, caption)).as(caption).hasSizeGreaterThan(4).doesNotContain("<unk>");
        }
        assertThat(tokens(handle, "an okapi")).contains("<unk>");
        long parameters = engine.loaded().stream().filter(m -> m.handle().equals(handle)).findFirst().orElseThrow()
                .report().parameters();
        assertThat(outline.course().getFirst().total()).as("the outline counts the words too").isEqualTo(parameters);
        List<String> all = ToyboxTokenizer.vocabulary(ToyboxTokenizer.Reach.CONVERSATIONS);
        List<String> more = FreshFiles.more(kept, plan);
        assertThat(more.subList(0, 2)).as("the most frequent first, then by their characters")
                .containsExactly("s", "zebra");
        assertThat(more).contains("giraffe", "café", "斑", "3").doesNotContainAnyElementsOf(all);
    }

    /// The weights are of the words that the run began with: a caption that is edited meanwhile must not shift them.
    @Test
    void aRunThatGoesOnKeepsItsWords() throws Exception {
        TrainingControl run = await(engine.fineTune(plan(), folder.resolve("run")));
        await(run.job());
        await(run.restore());
        byte[] words = Files.readAllBytes(folder.resolve("run/base/tokenizer.json"));
        captions(Stream.concat(Stream.of("okapi okapi okapi"), CAPTIONS.stream().skip(1)).toList());
        TrainingControl branch = await(engine.branch(folder.resolve("run"), plan().withSteps(4),
                folder.resolve("branch")));
        await(branch.job());
        await(branch.restore());
        assertThat(Files.readAllBytes(folder.resolve("branch/base/tokenizer.json"))).isEqualTo(words);
        TrainingControl again = await(engine.resumeRun(folder.resolve("branch")));
        await(again.job());
        await(again.restore());
        assertThat(Files.readAllBytes(folder.resolve("branch/base/tokenizer.json"))).isEqualTo(words);
        Files.writeString(folder.resolve("branch/base/tokenizer.json"), "{}");
        assertThatThrownBy(() -> await(engine.resumeRun(folder.resolve("branch"))))
                .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.key()).isEqualTo("train.words"));
    }

    @Test
    void theSetIsReadAgainWhenItChanges() throws Exception {
        long before = await(engine.outline(plan())).course().getFirst().total();
        captions(Stream.concat(Stream.of("okapi okapi"), CAPTIONS.stream().skip(1)).toList());
        folder.resolve("set/captions.jsonl").toFile().setLastModified(4_000_000_000_000L);
        assertThat(await(engine.outline(plan())).course().getFirst().total()).isNotEqualTo(before);
        FineTunePlan toybox = TinyPlans.of("vilt", "objectives", "{\"mlm\": 1}");
        assertThat(await(engine.outline(toybox)).course().getFirst().total()).isLessThan(before);
        assertThat(FreshFiles.learnsWords(toybox)).isFalse();
        assertThat(FreshFiles.learnsWords(plan("startFrom", "{\"vilt\": {\".*\": \"$0\"}}")))
                .as("another model's word embeddings have their rows already").isFalse();
    }
}
