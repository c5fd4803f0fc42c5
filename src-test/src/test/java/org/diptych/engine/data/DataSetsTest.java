package org.diptych.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.api.Task;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The published forms of pairs, each on a few rows written by hand, with rows that are broken.
@Tag("unit")
class DataSetsTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void pictures() throws Exception {
        for (int i = 0; i < 10; i++) {
            draw(i + ".png", i);
        }
        Files.writeString(folder.resolve("text.png"), "no picture at all");
    }

    private void draw(String name, int shade) throws Exception {
        Pictures.writePng(folder.resolve(name), new Picture(1, 1, new byte[]{(byte) shade, 2, 3}, name));
    }

    private Path write(String name, String text) throws Exception {
        Files.createDirectories(folder.resolve(name).getParent());
        return Files.writeString(folder.resolve(name), text);
    }

    private static OpenedSet open(Path source) throws EngineException {
        return DataSets.open(source, rows -> {
        });
    }

    private static List<String> pairs(Dataset data) throws EngineException {
        List<String> out = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            Example example = data.example(i);
            assertThat(example.picture().rgb()[1]).isEqualTo((byte) 2);
            out.add(example.id() + ": " + example.caption());
        }
        return out;
    }

    private static List<String> all(OpenedSet set) throws EngineException {
        List<String> out = new ArrayList<>(pairs(set.train(1000)));
        out.addAll(pairs(set.validation(1000)));
        return out;
    }

    private static List<String> broken(OpenedSet set) {
        return set.report().broken().stream()
                .map(b -> b.row() + " " + b.why().key().substring("data.broken.".length())).toList();
    }

    @Test
    void aTableIsReadByTheNamesOfItsColumns() throws Exception {
        Path file = write("pairs.csv", """
                \uFEFFid,Caption,split,FILEPATH\r
                1,"a ""big"" cat, asleep",train,0.png\r
                2,"two
                lines",train,1.png\r
                3,a fish,val,2.png\r
                4,,train,3.png\r
                5,nowhere,train,absent.png\r
                6,no picture,train,text.png\r
                7,short\r
                8,a bird,validation,4.png\r
                9,kept away,test,5.png\r
                10,"never closed,train,6.png\r
                11,"Stop" on a sign,train,7.png\r
                12,no name,train,\r
                """);
        OpenedSet set = open(file);
        assertThat(pairs(set.train(10))).containsExactlyInAnyOrder("0.png: a \"big\" cat, asleep", "1.png: two\nlines",
                "7.png: \"Stop\" on a sign");
        assertThat(pairs(set.validation(10))).containsExactlyInAnyOrder("2.png: a fish", "4.png: a bird");
        SetReport report = set.report();
        assertThat(report.format()).isEqualTo("data.format.table");
        assertThat(report.unused()).isEqualTo(1);
        assertThat(report.pairs()).isEqualTo(6);
        assertThat(broken(set)).containsExactly("6 caption", "7 picture.missing", "8 picture.other", "9 cells",
                "12 quote", "14 picture.none");
        assertThat(report.broken().get(1).why()).isEqualTo(Message.of("data.broken.picture.missing", "absent.png"));
    }

    @Test
    void aQuoteThatIsNeverClosedCostsOneRow() throws Exception {
        Path file = write("pairs.tsv", """
                filepath\ttitle
                0.png\ta cat, a dog
                1.png\t"never closed
                2.png\ta fish\tand more
                3.png\ta bird
                4.png\ta hen
                """);
        OpenedSet set = open(file);
        assertThat(all(set)).containsExactlyInAnyOrder("0.png: a cat, a dog", "2.png: a fish\tand more",
                "3.png: a bird", "4.png: a hen");
        assertThat(broken(set)).containsExactly("3 quote");
    }

    @Test
    void tablesOfFlickrAreReadFromTheirFolder() throws Exception {
        draw("flickr30k_images/8.png", 8);
        StringBuilder bars = new StringBuilder("image_name| comment_number| comment\n");
        for (int i = 0; i < 4; i++) {
            bars.append(i).append(".png| 0| caption ").append(i).append('\n');
        }
        write("results.csv", bars + "8.png| 0| one, in a folder | with a bar .\n");
        assertThat(all(open(folder))).hasSize(5).contains("8.png: one, in a folder | with a bar .",
                "2.png: caption 2");
    }

    @Test
    void cocoIsReadWithThePicturesOfItsPart() throws Exception {
        for (int i = 0; i < 3; i++) {
            draw("train2017/t" + i + ".png", i);
            draw("val2017/v" + i + ".png", i);
        }
        Path train = write("annotations/captions_train2017.json",
                """
                        {"info": {"year": 2017}, "annotations": [
                         {"image_id": 1, "id": 10, "caption": "a cat"}, {"image_id": 1, "id": 11, "caption": " a sleeping cat "},
                         {"image_id": 2, "id": 12, "caption": "a dog"}, {"image_id": 9, "id": 13, "caption": "no image"},
                         {"image_id": 3, "id": 14, "caption": "gone"}, {"image_id": 2, "id": 15, "caption": ["a", "list"]},
                         {"image_id": 2, "id": 16}, 17, {"image_id": "two", "id": 18, "caption": "x"}],
                         "images": [{"id": 1, "file_name": "t0.png"}, {"id": 2, "file_name": "t1.png"}, {"file_name": "t2.png"},
                         {"id": 3, "file_name": "t9.png"}]}
                        """);
        write("annotations/captions_val2017.json",
                """
                        {"images": [{"id": 1, "file_name": "v0.png"}, {"id": 2, "file_name": "v1.png"}],
                         "annotations": [{"image_id": 1, "id": 1, "caption": "a hen"}, {"image_id": 2, "id": 2, "caption": "a cow"}]}
                        """);
        write("annotations/instances_val2017.json", """
                {"images": [{"id": 1, "file_name": "v0.png"}], "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4]}]}
                """);
        OpenedSet whole = open(folder);
        assertThat(pairs(whole.train(10))).containsExactlyInAnyOrder("t0.png: a cat", "t0.png: a sleeping cat",
                "t1.png: a dog");
        assertThat(pairs(whole.validation(10))).containsExactlyInAnyOrder("v0.png: a hen", "v1.png: a cow");
        assertThat(broken(whole)).containsExactly("6 type", "7 empty", "8 object", "9 number", "4 image",
                "5 picture.missing");
        SetReport alone = open(train).report();
        assertThat(alone.format()).isEqualTo("data.format.coco");
        assertThat(alone.train() + alone.validation()).isEqualTo(3);
        assertThat(alone.validation()).isBetween(1, 2);
    }

    @Test
    void karpathysSplitsAreKept() throws Exception {
        draw("val2014/c.png", 1);
        Path file = write("dataset_coco.json",
                """
                        {"images": [
                         {"filename": "0.png", "split": "train", "sentences": [{"raw": "a cat"}, {"raw": "a red cat"}, {"raw": ""}, 7]},
                         {"filename": "c.png", "filepath": "val2014", "split": "restval", "sentences": [{"tokens": ["a"], "raw": "a dog"}]},
                         {"filename": "1.png", "split": "val", "sentences": [{"raw": "a hen"}, {"raw": "a hen again"}]},
                         {"filename": "2.png", "split": "test", "sentences": [{"raw": "a cow"}]},
                         {"filename": "gone.png", "split": "train", "sentences": [{"raw": "nothing"}]},
                         {"filename": 5, "split": "train", "sentences": [{"raw": "nothing"}]},
                         {"filename": "3.png", "split": "train", "sentences": "none"}, null], "dataset": "coco"}
                        """);
        OpenedSet set = open(file);
        assertThat(pairs(set.train(10))).containsExactlyInAnyOrder("0.png: a cat", "0.png: a red cat", "c.png: a dog");
        assertThat(pairs(set.validation(10))).containsExactlyInAnyOrder("1.png: a hen", "1.png: a hen again");
        assertThat(set.report().unused()).isEqualTo(1);
        assertThat(broken(set)).containsExactly("1 empty", "1 type", "5 picture.missing", "6 type", "7 empty",
                "8 object");
        assertThat(set.report().skipped()).isEqualTo(6);
    }

    private void questions(String answers) throws Exception {
        for (int i = 1; i <= 4; i++) {
            draw(String.format("train2014/COCO_train2014_%012d.jpg", i), i);
        }
        write("v2_OpenEnded_mscoco_train2014_questions.json",
                """
                        {"data_subtype": "train2014", "questions": [
                         {"image_id": 1, "question": "What is it?", "question_id": 1000}, {"image_id": 1, "question": "How many?", "question_id": 1001},
                         {"image_id": 2, "question": "What is it?", "question_id": 2000}, {"image_id": 3, "question": "Is it red?", "question_id": 3000},
                         {"image_id": 4, "question": "Is it blue?", "question_id": 4000}, {"image_id": 7, "question": "Gone?", "question_id": 7000},
                         {"image_id": 2, "question": "Unanswered?", "question_id": 2001}, {"image_id": 2, "question_id": 2002}]}
                        """);
        write("v2_mscoco_train2014_annotations.json", answers);
    }

    @Test
    void questionsOfAPictureHaveTheMostFrequentAnswers() throws Exception {
        questions(
                """
                        {"annotations": [
                         {"question_id": 1000, "multiple_choice_answer": "yes"}, {"question_id": 1001, "multiple_choice_answer": "yes"},
                         {"question_id": 2000, "answers": [{"answer": "no"}, {"answer": "yes"}, {"answer": "yes"}]},
                         {"question_id": 3000, "multiple_choice_answer": "yes"}, {"question_id": 4000, "multiple_choice_answer": "yes"},
                         {"question_id": 7000, "multiple_choice_answer": "yes"}, {"question_id": 2001, "answers": "none"}],
                         "data_subtype": "train2014"}
                        """);
        for (Path source : List.of(folder, folder.resolve("v2_OpenEnded_mscoco_train2014_questions.json"),
                folder.resolve("v2_mscoco_train2014_annotations.json"))) {
            OpenedSet set = open(source);
            Dataset train = set.train(10);
            assertThat(train.size() + set.validation(10).size()).isEqualTo(4);
            assertThat(train.answers()).containsExactly("yes");
            assertThat(train.classes(Task.ANSWERS)).hasValue(1);
            assertThat(train.classes(Task.CLASSES)).isEmpty();
            assertThat(broken(set)).containsExactly("8 empty", "6 picture.missing", "7 answer");
        }
        assertThat(all(open(folder))).contains("COCO_train2014_000000000001.jpg: What is it? yes");
        assertThat(asked(open(folder))).contains("How many? yes 0").hasSize(5);
    }

    /// Ten people answer each question of VQA v2.
    @Test
    void anAnswerIsAsRightAsPeopleGiveIt() throws Exception {
        String ten = "{\"answer\": \"red\"}, ".repeat(7) + "{\"answer\": \"pink\"}, {\"answer\": \"pink\"}, "
                + "{\"answer\": \"crimson\"}";
        questions(
                """
                        {"annotations": [
                         {"question_id": 1000, "multiple_choice_answer": "red", "answers": [%s]},
                         {"question_id": 1001, "multiple_choice_answer": "pink", "answers": [{"answer": "Pink"}, {"answer": "red"}]},
                         {"question_id": 2000, "answers": [{"answer": "pink"}]},
                         {"question_id": 3000, "multiple_choice_answer": "red"}, {"question_id": 4000, "multiple_choice_answer": "red"}]}
                        """
                        .formatted(ten));
        OpenedSet set = open(folder);
        List<String> answers = set.train(10).answers();
        Map<String, Map<String, Double>> scores = new TreeMap<>();
        Map<String, List<More.Answer>> said = new TreeMap<>();
        for (Dataset data : List.of(set.train(10), set.validation(10))) {
            for (int i = 0; i < data.size(); i++) {
                for (More.Asked q : data.example(i).more().questions()) {
                    Map<String, Double> named = new TreeMap<>();
                    q.scores().forEach((which, score) -> named.put(answers.get(which), score));
                    scores.put(q.question() + " " + answers.get(q.answer()), named);
                    said.put(q.question() + " " + answers.get(q.answer()), q.answers());
                }
            }
        }
        assertThat(answers).containsExactlyInAnyOrder("red", "pink");
        assertThat(scores.get("What is it? red").get("red")).as("seven of ten").isEqualTo(1);
        assertThat(scores.get("What is it? red").get("pink")).as("two of ten").isCloseTo(0.6, within(1e-9));
        assertThat(scores.get("How many? pink")).as("the list has it in another spelling").containsEntry("red", 1.0)
                .containsEntry("pink", 1.0);
        assertThat(scores.get("What is it? pink")).as("one of one").isEqualTo(Map.of("pink", 1.0));
        assertThat(scores.get("Is it red? red")).isEmpty();
        assertThat(said.get("What is it? red")).as("each by its share, the most given first").containsExactly(
                new More.Answer("red", 0.7), new More.Answer("pink", 0.2), new More.Answer("crimson", 0.1));
        assertThat(said.get("Is it red? red")).as("nobody told who said what")
                .containsExactly(new More.Answer("red", 1));
    }

    private static List<String> asked(OpenedSet set) throws EngineException {
        List<String> out = new ArrayList<>();
        for (Dataset data : List.of(set.train(10), set.validation(10))) {
            for (int i = 0; i < data.size(); i++) {
                data.example(i).more().questions()
                        .forEach(q -> out.add(q.question() + " " + q.answers().getFirst().words() + " " + q.answer()));
            }
        }
        return out;
    }

    @Test
    void anAnswerThatIsNotLearntIsNotAskedFor() throws Exception {
        questions(
                """
                        {"annotations": [
                         {"question_id": 1000, "multiple_choice_answer": "a"}, {"question_id": 1001, "multiple_choice_answer": "b"},
                         {"question_id": 2000, "multiple_choice_answer": "c"}, {"question_id": 3000, "multiple_choice_answer": "d"},
                         {"question_id": 4000, "multiple_choice_answer": "e"}]}
                        """);
        OpenedSet set = open(folder);
        SetReport report = set.report();
        assertThat(report.train()).isEqualTo(2);
        assertThat(report.validation()).as("their answers are only known to them").isZero();
        assertThat(broken(set)).filteredOn(b -> b.endsWith("rare")).hasSize(5 - report.answers());
        assertThatThrownBy(() -> set.validation(10)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).isEqualTo("data.few"));
    }

    @Test
    void conversationsAreReadAndToldOf() throws Exception {
        StringBuilder list = new StringBuilder("[{\"id\": \"x\", \"image\": \"0.png\"}, 7,");
        for (int i = 0; i < 10; i++) {
            list.append("{\"id\": \"").append(i).append("\", \"image\": \"").append(i).append(
                    ".png\", \"conversations\": [{\"from\": \"human\", \"value\": \"<image>\\nwhat?\"}, {\"from\": \"gpt\", \"value\": \"thing ")
                    .append(i).append("\"}]},");
        }
        Path file = write("llava_instruct.json", list + "{\"image\": \"gone.png\", \"conversations\": []}]");
        OpenedSet set = open(file);
        assertThat(set.report().format()).isEqualTo("data.format.conversations");
        assertThat(set.train(100).size()).isEqualTo(8);
        assertThat(set.validation(100).example(0).more().conversations()).hasSize(1);
        assertThat(broken(set)).containsExactly("1 turns", "2 object", "13 turns");
    }

    @Test
    void linesAreToldOfToo() throws Exception {
        StringBuilder lines = new StringBuilder("{\"image\": \"gone.png\", \"caption\": \"x\"}\n\nnonsense\n");
        for (int i = 0; i < 10; i++) {
            lines.append("{\"image\": \"").append(i).append(".png\", \"caption\": \"number ").append(i).append("\"}\n");
        }
        Path file = write("captions.jsonl", lines.toString());
        for (Path source : List.of(folder, file)) {
            assertThat(open(source).report().train()).isEqualTo(open(source).train(100).size()).isEqualTo(8);
            assertThat(open(source).report().validation()).isEqualTo(open(source).validation(100).size()).isEqualTo(2);
            assertThat(broken(open(source))).containsExactly("1 picture.missing", "3 object");
        }
    }

    @Test
    void allCaptionsOfAPictureAreOnOneSide() throws Exception {
        StringBuilder rows = new StringBuilder("image,caption\n");
        for (int i = 0; i < 50; i++) {
            rows.append(i % 10).append(".png,caption ").append(i).append('\n');
        }
        Path file = write("many.csv", rows.toString());
        List<String> train = pairs(open(file).train(1000));
        List<String> kept = pairs(open(file).validation(1000));
        assertThat(kept).hasSize(10).isEqualTo(pairs(open(file).validation(1000)));
        assertThat(kept.stream().map(p -> p.substring(0, 1))).doesNotContainAnyElementsOf(
                train.stream().map(p -> p.substring(0, 1)).toList());
        assertThat(pairs(open(file).train(7))).isEqualTo(train.subList(0, 7));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a.csv|image,caption|data.few", "b.csv|image,caption;0.png,a cat|data.few",
            "c.csv|image,caption;0.png,one;1.png,one;2.png,one|data.same", "d.json|{\"images\": [1]}|data.format",
            "e.json|[]|data.format",
            "f.json|{\"images\": [{\"sentences\": [], \"filename\": \"0.png\"}, {|data.damaged",
            "g.txt|some words|data.format", "h.json||data.format",
            "i.json|{\"questions\": [{\"question_id\": 1}]}|data.answers",
            "j.json|{\"annotations\": [{\"question_id\": 1}]}|data.questions"})
    void oneClearMessage(String name, String text, String key) throws Exception {
        Path file = write("own/" + name, text == null ? "" : text.replace(";", "\n").replace(",one", ",the same"));
        for (int i = 0; i < 3; i++) {
            draw("own/" + i + ".png", i);
        }
        assertThatThrownBy(() -> open(file).train(10)).isInstanceOfSatisfying(EngineException.class, e -> {
            assertThat(e.key()).isEqualTo(key);
            assertThat(e.getMessage()).contains(name);
        });
    }

    @Test
    void aFolderOfSeveralSetsIsAskedAbout() throws Exception {
        assertThatThrownBy(() -> open(folder)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).isEqualTo("data.captions"));
        write("a.csv", "image,caption\n0.png,a cat\n");
        write("b.csv", "image,caption\n0.png,a dog\n");
        assertThatThrownBy(() -> open(folder)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.getMessage()).contains("a.csv, b.csv"));
        assertThatThrownBy(() -> open(folder.resolve("absent.csv"))).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).isEqualTo("data.unreadable"));
    }

    @Test
    void readingCanBeBrokenOffAndALongListOfBrokenRowsIsCutShort() throws Exception {
        StringBuilder rows = new StringBuilder("image,caption\n0.png,a cat\n1.png,a dog\n");
        for (int i = 0; i < SetReport.LISTED + 500; i++) {
            rows.append("gone.png,caption\n");
        }
        Path file = write("long.csv", rows.toString());
        assertThat(open(file).report().skipped()).isEqualTo(SetReport.LISTED + 500);
        assertThat(open(file).report().broken()).hasSize(SetReport.LISTED);
        assertThatThrownBy(() -> DataSets.open(file, row -> {
            throw new CancellationException();
        })).isInstanceOf(CancellationException.class);
    }
}
