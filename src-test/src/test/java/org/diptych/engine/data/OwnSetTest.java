package org.diptych.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataRow.Part;
import org.diptych.engine.api.DataSet;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows of a set are looked through, changed, divided anew and written as another set; the first one stays as it was.
@Tag("unit")
class OwnSetTest {
    private static final int PICTURES = 10;

    @TempDir
    private Path folder;

    @BeforeEach
    void pictures() throws Exception {
        for (int i = 0; i < PICTURES; i++) {
            Pictures.writePng(folder.resolve(i + ".png"), new Picture(1, 1, new byte[]{(byte) i, 2, 3}, i + ".png"));
        }
    }

    private static DataSet read(Path source) throws EngineException {
        OpenedSet set = DataSets.open(source, rows -> {
        });
        return new DataSet(set.report(), set.rows());
    }

    private static Path write(Path folder, List<DataRow> rows) throws EngineException {
        return SetWriter.write(folder, rows, done -> {
        });
    }

    private static List<Integer> counts(DataSet set) {
        return Stream.of(Part.values()).map(p -> (int) set.rows().stream().filter(r -> r.part() == p).count()).toList();
    }

    private Path table() throws Exception {
        return Files.writeString(folder.resolve("pairs.csv"), """
                image,caption,split
                0.png,a red cat,train
                gone.png,a fish,train
                1.png,"a cat, asleep",train
                1.png,a blue dog,test
                2.png,,train
                3.png,two birds,val
                4.png,three birds,val
                """);
    }

    @Test
    void rowsStandInTheFilesOrderWithTheirPlaceAndPart() throws Exception {
        DataSet set = read(table());
        assertThat(set.rows()).extracting(r -> r.at() + " " + r.picture().getFileName() + " " + r.caption() + " "
                + r.part()).containsExactly("2 0.png a red cat TRAIN", "4 1.png a cat, asleep TRAIN",
                        "5 1.png a blue dog UNUSED", "7 3.png two birds VALIDATION", "8 4.png three birds VALIDATION");
        assertThat(set.pictures()).isEqualTo(4);
        assertThat(set.teaches()).isTrue();
        assertThat(set.report().broken()).extracting(b -> b.row() + " " + b.why().key())
                .containsExactly("3 data.broken.picture.missing", "6 data.broken.caption");
        assertThat(counts(set)).containsExactly(set.report().train(), set.report().validation(),
                set.report().unused());
    }

    @Test
    void anEditedSetIsANewOneAndTheOldFileStaysAsItWas() throws Exception {
        Path file = table();
        byte[] before = Files.readAllBytes(file);
        DataSet set = read(file);
        List<DataRow> rows = new ArrayList<>(set.rows());
        rows.set(0, rows.get(0).saying("a red \"fox\"\n一只狐狸"));
        rows.set(1, rows.get(1).in(Part.VALIDATION));
        DataRow first = rows.get(2);
        rows.set(2, new DataRow(first.at(), first.picture(), first.part(), first.caption(), false,
                List.of(new DataRow.Boxed("dog", new Box(0, 0.5f, 1, 1))), List.of()));
        rows.add(rows.get(0).saying("another"));
        Path to = folder.resolve("deep/new");
        assertThat(write(to, rows)).isEqualTo(to);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (Stream<Path> inside = Files.list(to)) {
            assertThat(inside.toList()).as("nothing temporary is left").containsExactly(to.resolve("captions.jsonl"));
        }
        DataSet saved = read(to);
        assertThat(saved.report().skipped()).isZero();
        assertThat(saved.rows()).hasSize(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            DataRow row = rows.get(i);
            assertThat(saved.rows().get(i)).isEqualTo(new DataRow(i + 1, row.picture(), row.part(), row.caption(),
                    row.right(), row.boxes(), List.of()));
        }
        assertThatThrownBy(() -> write(to, rows)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).isEqualTo("data.exists"));
        assertThatThrownBy(() -> write(file, rows)).as("a file").isInstanceOf(EngineException.class);
        assertThat(read(to).rows()).hasSize(rows.size());
    }

    @Test
    void aWriterThatIsStoppedLeavesNothing() throws Exception {
        Path to = folder.resolve("new");
        List<DataRow> rows = read(table()).rows();
        assertThatThrownBy(() -> SetWriter.write(to, rows, done -> {
            throw new CancellationException();
        })).isInstanceOf(CancellationException.class);
        assertThat(to).doesNotExist();
    }

    @Test
    void aDivisionKeepsPicturesTogetherAndIsKeptByTheNewSet() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 2 * PICTURES; i++) {
            text.append("{\"image\": \"").append(i / 2).append(".png\", \"caption\": \"text ").append(i)
                    .append("\"}\n");
        }
        Files.writeString(folder.resolve("captions.jsonl"), text);
        DataSet set = read(folder);
        assertThat(counts(set)).as("every fifth row, where the file says nothing").containsExactly(16, 4, 0);
        List<Part> parts = set.divided(0.3, 7);
        assertThat(parts).isEqualTo(set.divided(0.3, 7)).isNotEqualTo(set.divided(0.3, 8));
        IntStream.range(0, PICTURES).forEach(i -> assertThat(parts.get(2 * i)).isEqualTo(parts.get(2 * i + 1)));
        DataSet saved = read(write(folder.resolve("new"), IntStream.range(0, parts.size())
                .mapToObj(i -> set.rows().get(i).in(parts.get(i))).toList()));
        assertThat(counts(saved)).containsExactly(14, 6, 0);
        assertThat(saved.rows()).extracting(DataRow::part).isEqualTo(parts);
        assertThat(set.divided(0, 1)).as("two pictures at least").filteredOn(p -> p == Part.VALIDATION).hasSize(4);
        assertThat(set.divided(1, 1)).filteredOn(p -> p == Part.TRAIN).hasSize(4);
    }

    @Test
    void conversationsAreRowsWithTheirTurns() throws Exception {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < PICTURES; i++) {
            text.append(i == 0 ? "" : ", ").append("""
                    {"id": "%1$d", "image": "%1$d.png", "conversations": [
                     {"from": "human", "value": "<image>\\nhow many?"}, {"from": "gpt", "value": "%1$d birds"},
                     {"from": "human", "value": "sure?"}, {"from": "gpt", "value": "yes"}]}""".formatted(i));
        }
        DataSet set = read(Files.writeString(folder.resolve("talk.json"), text.append("]")));
        assertThat(set.captioned()).isFalse();
        assertThat(set.rows()).hasSize(PICTURES).allMatch(r -> r.turns().size() == 2);
        assertThat(set.rows().get(3).turns().getFirst().question()).isEqualTo("how many?");
        assertThat(set.rows().get(3).caption()).isEqualTo("3 birds");
        assertThat(counts(set)).containsExactly(8, 2, 0);
    }
}
