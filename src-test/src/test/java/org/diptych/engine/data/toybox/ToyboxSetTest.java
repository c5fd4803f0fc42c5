package org.diptych.engine.data.toybox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataRow.Part;
import org.diptych.engine.api.DataSet;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.work.JobContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scenes looked through as a set are those that are written as files; what a person changed of them is kept when they are saved.
@Tag("unit")
class ToyboxSetTest {
    private static final int COUNT = 20;

    @TempDir
    private Path folder;

    /// @param most times that it is told of progress before it is cancelled
    private record Steps(int most, int[] told) implements JobContext {
        Steps(int most) {
            this(most, new int[1]);
        }

        @Override
        public NDManager scope() {
            throw new AssertionError("drawing needs no tensors");
        }

        @Override
        public void progress(Message phase, long done, long of) {
            told[0]++;
        }

        @Override
        public void checkCancelled() {
            if (told[0] >= most) {
                throw new CancellationException();
            }
        }
    }

    private static final Steps ALL = new Steps(Integer.MAX_VALUE);

    private static ToyboxRequest request(Path out) {
        return new ToyboxRequest(COUNT, 41, 64, "loose", 0.5, out);
    }

    private static DataSet scenes(String language) throws EngineException {
        return ToyboxSet.of(request(Path.of("")), language, ALL);
    }

    @Test
    void rowsSayWhatTheFilesSay() throws Exception {
        ToyboxWriter.write(request(folder), ALL);
        List<String> lines = Files.readAllLines(folder.resolve("captions.jsonl"));
        for (String language : List.of("en", "zh")) {
            List<DataRow> rows = scenes(language).rows();
            assertThat(rows).hasSize(COUNT);
            for (int i = 0; i < COUNT; i++) {
                var line = JsonParser.parseString(lines.get(i)).getAsJsonObject();
                assertThat(rows.get(i).caption())
                        .isEqualTo(line.get(language.equals("en") ? "caption" : "caption_zh").getAsString());
                assertThat(rows.get(i).right()).isEqualTo(line.get("right").getAsBoolean());
                assertThat(ToyboxSet.picture(request(Path.of("")), rows.get(i), ALL).rgb())
                        .isEqualTo(Pictures.read(folder.resolve(line.get("image").getAsString())).rgb());
            }
            assertThat(rows).extracting(DataRow::right).contains(true, false);
        }
        assertThat(scenes("en").rows()).extracting(DataRow::part).isEqualTo(DataSets.open(folder, row -> {
        }).rows().stream().map(DataRow::part).toList());
    }

    @Test
    void aThousandsScenesTextsTakeNoPictures() throws Exception {
        DataSet many = ToyboxSet.of(new ToyboxRequest(20_000, 0, 4096, "aligned", 0, folder), "en", ALL);
        assertThat(many.rows()).hasSize(20_000); // of 4096 x 4096 pixels each, which would take hours
        assertThat(many.report().validation()).isEqualTo(4000);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatWasChangedIsSavedAndOpenedAgain() throws Exception {
        DataSet set = scenes("en");
        List<DataRow> rows = new ArrayList<>(set.rows());
        rows.set(2, rows.get(2).saying("nothing like it"));
        List<Part> parts = set.divided(0.5, 3);
        for (int i = 0; i < COUNT; i++) {
            rows.set(i, rows.get(i).in(parts.get(i)));
        }
        Path to = ToyboxSet.save(folder.resolve("mine"), set.saying(rows), ALL);
        List<DataRow> saved = DataSets.open(to, row -> {
        }).rows();
        assertThat(saved).extracting(r -> r.at() + r.caption() + r.part() + r.right())
                .isEqualTo(rows.stream().map(r -> r.at() + r.caption() + r.part() + r.right()).toList());
        assertThat(saved.get(2).caption()).isEqualTo("nothing like it");
        assertThat(saved).filteredOn(r -> r.part() == Part.VALIDATION).hasSize(COUNT / 2);
        for (int i = 0; i < COUNT; i++) {
            assertThat(Pictures.read(saved.get(i).picture()).rgb())
                    .isEqualTo(ToyboxSet.picture(request(to), rows.get(i), ALL).rgb());
        }
        assertThat(Files.readAllLines(to.resolve("scenes.jsonl"))).hasSize(COUNT);
        Path moved = Files.move(to, folder.resolve("elsewhere"));
        assertThat(DataSets.open(moved, row -> {
        }).rows()).as("its pictures go with it").hasSize(COUNT);
        assertThatThrownBy(() -> ToyboxSet.save(moved, set, ALL)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).isEqualTo("data.exists"));
    }

    @Test
    void aSavingThatIsStoppedLeavesNothing() throws Exception {
        Path to = folder.resolve("mine");
        DataSet set = scenes("en");
        for (int after : new int[]{7, COUNT + 3}) { // among the pictures, among the texts
            assertThatThrownBy(() -> ToyboxSet.save(to, set, new Steps(after)))
                    .isInstanceOf(CancellationException.class);
            assertThat(to).doesNotExist();
        }
        assertThatThrownBy(
                () -> ToyboxSet.of(new ToyboxRequest(5, 0, 64, "tidy", 0, Path.of("")), "en", ALL))
                .isInstanceOf(EngineException.class);
    }
}
