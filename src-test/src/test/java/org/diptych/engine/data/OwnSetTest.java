package org.diptych.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Conversation;
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
        assertThat(set.rows()).noneMatch(DataRow::captioned).noneMatch(DataRow::asks);
        assertThat(set.rows()).hasSize(PICTURES).allMatch(r -> r.turns().size() == 2);
        assertThat(set.rows().get(3).turns().getFirst().question()).isEqualTo("how many?");
        assertThat(set.rows().get(3).caption()).isEqualTo("3 birds");
        assertThat(counts(set)).containsExactly(8, 2, 0);
    }

    private static DataRow said(DataRow row, int turn, String question, String answer) {
        List<Conversation.Turn> turns = new ArrayList<>(row.turns());
        turns.set(turn, new Conversation.Turn(question, answer));
        return row.telling(turns);
    }

    /// Picture, part and texts, which are all that a new set has to keep.
    private static List<String> told(List<DataRow> rows) throws Exception {
        List<String> out = new ArrayList<>();
        for (DataRow row : rows) {
            out.add(row.picture().toRealPath() + " " + row.part() + " " + row.caption() + " " + row.turns());
        }
        return out;
    }

    /// Every row in turn is to learn from, to validate with, and to be kept out.
    private static List<DataRow> divided(List<DataRow> rows) {
        return IntStream.range(0, rows.size()).mapToObj(i -> rows.get(i).in(Part.values()[i % 3])).toList();
    }

    @Test
    void editedConversationsAreSavedAsConversations() throws Exception {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < PICTURES; i++) {
            text.append(i == 0 ? "" : ", ").append("""
                    {"id": "%1$d", "image": "%1$d.png", "conversations": [
                     {"from": "human", "value": "<image>%2$s"}, {"from": "gpt", "value": "%1$d birds"},
                     {"from": "human", "value": "%3$s"}, {"from": "gpt", "value": "yes"}]}"""
                    .formatted(i, i == 4 ? "" : "\\nhow many?", i == 5 ? "<image>" : "sure?"));
        }
        Path file = Files.writeString(folder.resolve("talk.json"), text.append("]"));
        byte[] before = Files.readAllBytes(file);
        List<DataRow> rows = new ArrayList<>(divided(read(file).rows()));
        assertThat(rows.get(4).turns().getFirst().question()).as("the picture alone asks").isEmpty();
        rows.set(0, said(rows.get(0), 0, "how \"many\"?\nsay it in words", "nine 鸟"));
        rows.set(1, said(rows.get(1), 1, "are you sure?", "no"));
        assertThat(rows.get(0).caption()).isEqualTo("nine 鸟");
        assertThat(rows.get(1).caption()).isEqualTo("1 birds");
        Path to = write(folder.resolve("deep/new"), rows);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        try (Stream<Path> inside = Files.list(to)) {
            assertThat(inside.toList()).containsExactly(to.resolve("instructions.json"));
        }
        DataSet saved = read(to);
        assertThat(saved.report().format()).isEqualTo("data.format.conversations");
        assertThat(saved.report().skipped()).isZero();
        assertThat(told(saved.rows())).isEqualTo(told(rows));
        assertThat(counts(saved)).containsExactly(4, 3, 3).containsExactly(saved.report().train(),
                saved.report().validation(), saved.report().unused());
        OpenedSet opened = DataSets.open(to, read -> {
        });
        assertThat(opened.train(10).example(0).more().conversations().getFirst().turns().getFirst().answer())
                .isEqualTo("nine 鸟");
        assertThat(opened.validation(10).size()).isEqualTo(3);
        Path whole = write(folder.resolve("whole"), rows.stream().map(r -> r.in(Part.TRAIN)).toList());
        assertThat(counts(read(whole))).as("without a part for validation a fifth is kept").containsExactly(8, 2, 0);
    }

    @Test
    void editedQuestionsAreSavedAsQuestions() throws Exception {
        StringBuilder questions = new StringBuilder("{\"data_subtype\": \"train2014\", \"questions\": [");
        StringBuilder answers = new StringBuilder("{\"annotations\": [");
        Files.createDirectories(folder.resolve("train2014"));
        for (int i = 0; i < PICTURES; i++) {
            Files.move(folder.resolve(i + ".png"), folder.resolve("train2014/COCO_train2014_00000000004" + i + ".jpg"));
            for (int q = 0; q < 2; q++) {
                questions.append(i + q == 0 ? "" : ",")
                        .append("{\"question_id\": %d, \"image_id\": 4%d, \"question\": \"%s\"}"
                                .formatted(7 * i + q, i, q == 0 ? "What is number " + i + "?" : "Is it red?"));
                answers.append(i + q == 0 ? "" : ",")
                        .append("{\"question_id\": %d, \"answers\": [{\"answer\": \"%s\"}]}"
                                .formatted(7 * i + q, q == 0 ? "fish" : "yes"));
            }
        }
        Path file = Files.writeString(folder.resolve("questions.json"), questions.append("]}"));
        Path other = Files.writeString(folder.resolve("annotations.json"), answers.append("]}"));
        byte[] before = Files.readAllBytes(file);
        byte[] beside = Files.readAllBytes(other);
        List<DataRow> rows = new ArrayList<>(divided(read(folder).rows()));
        assertThat(rows).hasSize(PICTURES).allMatch(DataRow::asks);
        rows.set(0, said(rows.get(0), 0, "What is \"this\"?\n真的吗？", "fish"));
        rows.set(3, said(rows.get(3), 1, "Is it blue?", "fish"));
        assertThat(rows.get(0).caption()).isEqualTo("What is \"this\"?\n真的吗？ fish");
        Path to = write(folder.resolve("new"), rows);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        assertThat(Files.readAllBytes(other)).isEqualTo(beside);
        DataSet saved = read(to);
        assertThat(saved.report().format()).isEqualTo("data.format.questions");
        assertThat(saved.report().skipped()).isZero();
        assertThat(told(saved.rows())).isEqualTo(told(rows));
        assertThat(counts(saved)).containsExactly(4, 3, 3);
        assertThat(DataSets.open(to, read -> {
        }).train(10).size()).isEqualTo(4);
        JsonObject first = JsonParser.parseString(Files.readString(to.resolve("questions.json"))).getAsJsonObject()
                .getAsJsonArray("questions").get(1).getAsJsonObject();
        assertThat(first.get("image_id").getAsLong()).as("COCO's own number").isEqualTo(40);
        assertThat(first.get("question_id").getAsLong()).isEqualTo(40_001);
        assertThat(told(read(write(folder.resolve("again"), saved.rows())).rows())).as("and once more")
                .isEqualTo(told(rows));
    }

    @Test
    void aWriterOfQuestionsThatIsStoppedLeavesNothing() throws Exception {
        DataRow row = new DataRow(1, folder.resolve("0.png"), Part.TRAIN, "what? that", true, List.of(),
                List.of(new Conversation.Turn("what?", "that")));
        Path to = folder.resolve("new");
        int[] told = {0};
        assertThatThrownBy(() -> SetWriter.write(to, List.of(row), done -> {
            if (told[0]++ > 0) { // the answers are written by then
                throw new CancellationException();
            }
        })).isInstanceOf(CancellationException.class);
        assertThat(to).doesNotExist();
        Files.createDirectories(to);
        assertThatThrownBy(() -> SetWriter.write(to, List.of(row), done -> {
            throw new CancellationException();
        })).isInstanceOf(CancellationException.class);
        assertThat(to).as("a folder that was there").isEmptyDirectory();
    }
}
