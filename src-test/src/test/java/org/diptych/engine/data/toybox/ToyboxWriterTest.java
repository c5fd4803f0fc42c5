package org.diptych.engine.data.toybox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.data.FolderDataset;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.work.JobContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class ToyboxWriterTest {
    @TempDir
    private Path folder;

    /// Counts steps, and is cancelled after some.
    private static final class Steps implements JobContext {
        private final int most;
        private int told;
        private long total;

        private Steps(int most) {
            this.most = most;
        }

        @Override
        public NDManager scope() {
            throw new AssertionError("drawing needs no tensors");
        }

        @Override
        public void progress(Message phase, long done, long of) {
            told++;
            total = of;
        }

        @Override
        public void checkCancelled() {
            if (told >= most) {
                throw new CancellationException();
            }
        }
    }

    private static ToyboxRequest request(Path out, int count, double noise) {
        return new ToyboxRequest(count, 41, 64, "loose", noise, out);
    }

    @Test
    void theSameSeedWritesTheSameBytes() throws Exception {
        Steps steps = new Steps(Integer.MAX_VALUE);
        ToyboxWriter.write(request(folder.resolve("a"), 12, 0.5), steps);
        ToyboxWriter.write(request(folder.resolve("b"), 12, 0.5), new Steps(Integer.MAX_VALUE));
        assertThat(digest(folder.resolve("a"))).isEqualTo(digest(folder.resolve("b")));
        assertThat(steps.total).isEqualTo(12);
        ToyboxWriter.write(new ToyboxRequest(12, 42, 64, "loose", 0.5, folder.resolve("c")),
                new Steps(Integer.MAX_VALUE));
        assertThat(digest(folder.resolve("c"))).isNotEqualTo(digest(folder.resolve("a")));
    }

    private static String digest(Path folder) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                digest.update(folder.relativize(file).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void everyLineTellsItsPicture() throws Exception {
        ToyboxWriter.write(request(folder, 10, 0.5), new Steps(Integer.MAX_VALUE));
        List<String> scenes = Files.readAllLines(folder.resolve("scenes.jsonl"));
        List<String> captions = Files.readAllLines(folder.resolve("captions.jsonl"));
        assertThat(scenes).hasSize(10);
        assertThat(captions).hasSize(10);
        int wrong = 0;
        for (int i = 0; i < 10; i++) {
            Scene scene = Toybox.scene(41 + i, 64, World.LOOSE);
            JsonObject caption = JsonParser.parseString(captions.get(i)).getAsJsonObject();
            assertThat(Read.holds(caption.get("caption").getAsString(), scene))
                    .isEqualTo(caption.get("right").getAsBoolean());
            wrong += caption.get("right").getAsBoolean() ? 0 : 1;
            assertThat(Pictures.read(folder.resolve(caption.get("image").getAsString())).rgb())
                    .isEqualTo(scene.picture().rgb());

            JsonObject line = JsonParser.parseString(scenes.get(i)).getAsJsonObject();
            assertThat(line.get("image")).isEqualTo(caption.get("image"));
            JsonArray objects = line.getAsJsonArray("objects");
            assertThat(objects).hasSize(scene.objects().size());
            JsonObject first = objects.get(0).getAsJsonObject();
            assertThat(first.get("kind").getAsString()).isEqualTo(scene.objects().getFirst().kind());
            assertThat(first.getAsJsonArray("box").get(2).getAsFloat())
                    .isEqualTo(scene.objects().getFirst().box().x2());
            for (String language : List.of("en", "zh")) {
                JsonObject texts = line.getAsJsonObject(language);
                assertThat(texts.getAsJsonArray("questions")).hasSizeGreaterThan(4);
                assertThat(texts.getAsJsonArray("referring")).hasSize(objects.size());
                assertThat(texts.getAsJsonArray("negatives")).hasSizeGreaterThan(2);
                assertThat(texts.getAsJsonObject("statement").get("second").getAsString())
                        .isEqualTo(String.format("images/%06d.png", (i + 1) % 10));
                JsonArray instructions = texts.getAsJsonArray("instructions");
                assertThat(instructions).hasSize(3);
                JsonArray turns = instructions.get(0).getAsJsonObject().getAsJsonArray("conversations");
                assertThat(turns.get(0).getAsJsonObject().get("from").getAsString()).isEqualTo("human");
                assertThat(turns.get(0).getAsJsonObject().get("value").getAsString()).startsWith("<image>\n");
                assertThat(turns.get(1).getAsJsonObject().get("from").getAsString()).isEqualTo("gpt");
            }
        }
        assertThat(wrong).isBetween(1, 9);
        assertThat(FolderDataset.open(folder, 100, false).size()).isEqualTo(8);
        assertThat(FolderDataset.open(folder, 100, true).size()).isEqualTo(2);
    }

    @Test
    void cancellingLeavesNoHalfFile() throws Exception {
        assertThatThrownBy(() -> ToyboxWriter.write(request(folder, 10, 0), new Steps(14)))
                .isInstanceOf(CancellationException.class);
        assertThat(folder.resolve("captions.jsonl")).exists();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()).toList()).containsExactlyInAnyOrder("images",
                    "captions.jsonl");
        }
    }

    @Test
    void whatCannotBeDrawnIsSaidBeforeAnythingIsWritten() {
        Path out = folder.resolve("none");
        for (ToyboxRequest bad : List.of(new ToyboxRequest(0, 0, 64, "aligned", 0, out),
                new ToyboxRequest(5, 0, 100_000, "aligned", 0, out), new ToyboxRequest(5, 0, 64, "tidy", 0, out),
                new ToyboxRequest(5, 0, 64, "aligned", 1.5, out))) {
            assertThatThrownBy(() -> ToyboxWriter.write(bad, new Steps(100))).isInstanceOf(EngineException.class);
        }
        assertThat(out).doesNotExist();
        EngineException told = new EngineException("data.toybox", "--world", "tidy", World.names());
        assertThat(told.getMessage()).contains("--world tidy").contains("aligned, loose, free");
        assertThat(told.what(Texts.CHINESE)).contains("tidy");
    }
}
