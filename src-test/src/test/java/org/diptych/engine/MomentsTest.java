package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.MomentsRequest;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs that keep moments, whole and in two pieces, and what is written of them.
@Tag("unit")
class MomentsTest extends EngineTest {
    private static final String FIVES = "{\"every\": 5, \"share\": 1, \"pairs\": [0, 2]}";

    private static FineTunePlan plan(String family, String moments) throws Exception {
        return TinyPlans.of(family, "steps", "12", "evaluateEvery", "6", "moments", moments);
    }

    private static List<Integer> steps(Moments moments) {
        return moments.list().stream().map(Moments.Mark::step).toList();
    }

    private static Map<Integer, Double> losses(RunLog log) {
        Map<Integer, Double> out = new TreeMap<>();
        log.since(0).stream().filter(r -> r.values().containsKey("loss"))
                .forEach(r -> out.put(r.step(), r.values().get("loss")));
        return out;
    }

    private TrainingControl whole(FineTunePlan plan, String name) throws Exception {
        TrainingControl run = await(engine.fineTune(plan, folder.resolve(name)));
        await(run.job());
        return run;
    }

    @Test
    void aRunKeepsWhatItSawAndLearnsTheSame() throws Exception {
        TrainingControl run = whole(plan("clip", FIVES), "seen");
        Moments moments = Engine.moments(folder.resolve("seen"));
        assertThat(steps(moments)).containsExactly(0, 5, 10, 12);
        assertThat(moments.pairs()).hasSizeBetween(3, 16);
        Moment first = moments.read(0);
        Moment last = moments.read(12);
        assertThat(last.pairs()).extracting(Moment.Seen::pair).containsExactly(0, 2);
        assertThat(last.temperature()).isPresent();
        assertThat(last.seconds()).isGreaterThan(first.seconds());
        RunLog.Snapshot matrix = last.matrix().orElseThrow();
        assertThat(matrix.n()).isEqualTo(moments.pairs().size());
        assertThat(matrix.similarity()).isNotEqualTo(first.matrix().orElseThrow().similarity());
        String caption = moments.pairs().get(2).caption();
        Moment.Seen seen = last.pair(2).orElseThrow();
        assertThat(seen.imageRank()).isBetween(1, matrix.n());
        assertThat(seen.maps().getFirst().end()).isEqualTo(caption.length());
        assertThat(seen.maps()).hasSizeGreaterThan(2).allSatisfy(m -> assertThat(m.rows() * m.cols()).isPositive());
        assertThat(caption.substring(seen.maps().get(1).start(), seen.maps().get(1).end())).matches("[a-z]{3,}");
        assertThat(seen.maps().getFirst().values())
                .isNotEqualTo(first.pair(2).orElseThrow().maps().getFirst().values());
        // the last evaluation drew the same matrix from the same weights
        assertThat(matrix.similarity()).usingComparatorWithPrecision(1e-3f)
                .containsExactly(run.log().snapshot().orElseThrow().similarity());

        TrainingControl blind = whole(plan("clip", "{\"pairs\": []}"), "blind");
        assertThat(Engine.moments(folder.resolve("blind")).list()).isEmpty();
        assertThat(blind.noMoments()).isPresent();
        assertThat(losses(run.log())).isEqualTo(losses(blind.log()));
        await(run.restore());
        await(blind.restore());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vilt", "blip", "uniter", "llava", "vilbert"})
    void everyKindOfModelShowsWhatItHas(String family) throws Exception {
        TrainingControl run = whole(plan(family, FIVES), family);
        assertThat(run.noMoments()).isEmpty();
        Moment last = run.moments().read(12);
        Moment.Seen seen = last.pair(0).orElseThrow();
        Set<Capability> can = engine.loaded().stream().filter(m -> m.handle().equals(run.model())).findFirst()
                .orElseThrow().capabilities();
        boolean scores = can.contains(Capability.SCORES_PAIRS);
        assertThat(last.matrix().isPresent()).isEqualTo(scores);
        assertThat(seen.imageRank() > 0).isEqualTo(scores);
        assertThat(seen.maps()).isNotEmpty();
        assertThat(seen.written().isPresent())
                .isEqualTo(can.contains(Capability.GENERATES) || can.contains(Capability.ANSWERS));
        await(run.restore());
    }

    @Test
    void aStoppedRunGoesOnWithItsMomentsAndOtherPairs() throws Exception {
        Path run = folder.resolve("run");
        TrainingControl first = await(engine.fineTune(plan("clip", "{\"every\": 1, \"share\": 1, \"pairs\": [0]}"),
                run));
        while (first.log().since(0).stream().noneMatch(r -> r.step() >= 4)) {
            Thread.sleep(2);
        }
        first.stop();
        RunSummary stopped = await(first.job());
        await(first.restore());
        await(engine.unload(first.model()));
        List<Integer> before = steps(Engine.moments(run));
        assertThat(before).startsWith(0, 1, 2, 3);
        assertThat(before.getLast()).isLessThanOrEqualTo(stopped.step());

        TrainingControl second = await(engine.resumeRun(run));
        second.pause();
        assertThat(await(second.pin(List.of(1, 2, 99)))).containsExactly(1, 2);
        second.resume();
        await(second.job());
        assertThat(steps(Engine.moments(run))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        assertThat(second.moments().read(0).pairs()).extracting(Moment.Seen::pair).containsExactly(0);
        assertThat(second.moments().read(12).pairs()).extracting(Moment.Seen::pair).containsExactly(1, 2);
        await(second.restore());
    }

    @Test
    void lookingKeepsToItsShareOfTheTimeAndToItsRoom() throws Exception {
        TrainingControl run = whole(TinyPlans.of("clip", "steps", "120", "moments",
                "{\"every\": 1, \"share\": 0.05, \"pairs\": [0, 1, 2]}"), "share");
        List<Integer> steps = steps(run.moments());
        assertThat(steps).startsWith(0).endsWith(120).hasSizeLessThan(60);
        await(run.restore());
        TrainingControl tight = whole(TinyPlans.of("clip", "steps", "30", "moments",
                "{\"every\": 1, \"share\": 1, \"megabytes\": 0.02, \"pairs\": [0]}"), "tight");
        assertThat(steps(tight.moments())).startsWith(0).endsWith(30);
        assertThat(tight.moments().list().stream().mapToLong(Moments.Mark::bytes).sum()).isLessThan(21_000);
        await(tight.restore());
    }

    @Test
    void momentsBecomeAnAnimationAndPictures() throws Exception {
        TrainingControl run = whole(plan("clip", FIVES), "film");
        await(run.restore());
        Path gif = folder.resolve("film.gif");
        Path from = folder.resolve("film");
        await(engine.writeMoments(new MomentsRequest(from, 2, "", 250, false, "en", gif)));
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(gif.toFile())) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(4);
            for (int i = 0; i < 4; i++) {
                assertThat(delay(reader, i)).isEqualTo(i == 3 ? 75 : 25);
                assertThat(reader.read(i).getWidth()).isEqualTo(840);
            }
            assertThat(reader.read(0).getRGB(500, 300)).isNotZero();
        }
        assertThat(new String(Files.readAllBytes(gif), java.nio.charset.StandardCharsets.ISO_8859_1))
                .startsWith("GIF89a").contains("NETSCAPE2.0");
        Path frames = folder.resolve("frames");
        await(engine.writeMoments(new MomentsRequest(from, -1, "", 250, true, "zh", frames)));
        try (var files = Files.list(frames)) {
            assertThat(files.map(f -> f.getFileName().toString()).sorted()).containsExactly("moment-00000000.png",
                    "moment-00000005.png", "moment-00000010.png", "moment-00000012.png");
        }
        assertThat(Pictures.read(frames.resolve("moment-00000012.png")).rgb())
                .isNotEqualTo(Pictures.read(frames.resolve("moment-00000000.png")).rgb());
        assertThatThrownBy(() -> await(
                engine.writeMoments(new MomentsRequest(folder.resolve("none"), -1, "", 250, false, "en", gif))))
                .isInstanceOf(EngineException.class).hasMessageContaining("no moments");
        assertThatThrownBy(() -> await(
                engine.writeMoments(new MomentsRequest(from, 2, "zebra crossing", 250, false, "en", gif))))
                .hasMessageContaining("zebra crossing");
    }

    private static int delay(ImageReader reader, int frame) throws Exception {
        IIOMetadataNode root = (IIOMetadataNode) reader.getImageMetadata(frame)
                .getAsTree("javax_imageio_gif_image_1.0");
        return Integer.parseInt(((IIOMetadataNode) root.getElementsByTagName("GraphicControlExtension").item(0))
                .getAttribute("delayTime"));
    }

    @Test
    void wordsArePutTogetherAsTheModelReadsThem() {
        String text = "a goldfish, 红鱼 on it";
        Tokens tokens = new Tokens(text, List.of(new Tokens.Token(0, "[CLS]", -1, -1, 0), token(0, 1), token(2, 6),
                token(6, 10), token(10, 11), token(12, 13), token(13, 14), token(15, 17), token(18, 20)), false);
        assertThat(Witnessing.words(tokens)).extracting(w -> text.substring(w[0], w[1])).containsExactly("goldfish",
                "红", "鱼");
    }

    private static Tokens.Token token(int from, int to) {
        return new Tokens.Token(1, "x", from, to, 0);
    }
}
