package org.diptych.engine.data.regions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.diptych.engine.data.regions.RegionBytes.npy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.diptych.engine.api.BrokenRow;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Texts;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.More;
import org.diptych.engine.data.OpenedSet;
import org.diptych.engine.data.SetWriter;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sets of a person's own whose pictures come with region features: found by name, left out where they lack, and kept when the set is saved.
@Tag("unit")
class RegionSetTest {
    private static final int COUNT = 12;
    private static final int CELLS = 2;
    private static final int WIDTH = 3 * CELLS * CELLS;
    @TempDir
    private Path folder;

    private static OpenedSet open(Path source) throws EngineException {
        return DataSets.open(source, rows -> {
        });
    }

    private static List<String> broken(OpenedSet set) {
        return set.report().broken().stream().map(RegionSetTest::told).toList();
    }

    private static String told(BrokenRow row) {
        assertThat(Texts.CHINESE.get(row.why())).isNotBlank().doesNotContain("data.regions");
        return row.row() + " " + Texts.ENGLISH.get(row.why());
    }

    /// Every example of both sides has its own picture's regions.
    private static void assertRegions(OpenedSet set, boolean classes) throws EngineException {
        List<Example> all = new ArrayList<>();
        for (Dataset side : List.of(set.train(99), set.validation(99))) {
            assertThat(side.regions()).isEqualTo(set.report().regions());
            for (int i = 0; i < side.size(); i++) {
                all.add(side.example(i));
            }
        }
        assertThat(all).hasSize(set.report().pairs());
        for (Example example : all) {
            String digits = example.id().replaceAll("^.*?(\\d{1,6})\\.png$", "$1");
            Regions wanted = RegionSets.regions(Integer.parseInt(digits), CELLS);
            More.Labelled found = example.more().regions().orElseThrow();
            assertThat(found.regions().boxes()).hasSameSizeAs(wanted.boxes());
            for (int i = 0; i < wanted.boxes().size(); i++) {
                assertThat(found.regions().boxes().get(i).x2()).isEqualTo(wanted.boxes().get(i).x2(),
                        org.assertj.core.api.Assertions.within(0.01f));
                assertThat(found.regions().features()[i]).containsExactly(wanted.features()[i]);
            }
            assertThat(found.known()).isEqualTo(classes);
            if (classes) {
                int[] kinds = Arrays.stream(RegionSets.kinds(wanted)).mapToInt(k -> (int) k).toArray();
                assertThat(found.classes()).containsExactly(kinds);
                assertThat(found.distributions()[0][kinds[0]]).isEqualTo(0.9f);
                assertThat(sum(found.distributions()[0])).isEqualTo(1f,
                        org.assertj.core.api.Assertions.within(1e-5f));
            }
        }
    }

    private static float sum(float[] row) {
        return (float) IntStream.range(0, row.length).mapToDouble(i -> row[i]).sum();
    }

    @Test
    void filesBesideThePicturesAreFound() throws Exception {
        RegionSets.write(folder, COUNT, CELLS, true);
        OpenedSet set = open(folder);
        assertThat(set.report().skipped()).isZero();
        RegionFacts facts = set.report().taken().orElseThrow();
        assertThat(facts.pictures()).isEqualTo(COUNT);
        assertThat(facts.width()).isEqualTo(WIDTH);
        assertThat(facts.classes()).isEqualTo(16);
        int[] counts = IntStream.range(0, COUNT).map(i -> RegionSets.scene(i).objects().size()).toArray();
        assertThat(facts.least()).isEqualTo(Arrays.stream(counts).min().orElseThrow());
        assertThat(facts.most()).isEqualTo(Arrays.stream(counts).max().orElseThrow());
        assertThat(Texts.ENGLISH.get(facts.told())).isEqualTo("region features, " + facts.least() + " to "
                + facts.most() + " regions each, 12 numbers, 16 classes");
        assertThat(set.rows()).allMatch(r -> r.regions().isPresent());
        assertThat(set.train(9).classes(Task.REGION_CLASSES)).isEqualTo(OptionalInt.of(16));
        assertRegions(set, true);
    }

    @Test
    void aTableOfManyPicturesIsFoundBesideTheCaptions() throws Exception {
        Path pictures = Files.createDirectories(folder.resolve("val2014"));
        StringBuilder images = new StringBuilder();
        StringBuilder captions = new StringBuilder();
        StringBuilder table = new StringBuilder("image_id\timage_w\timage_h\tnum_boxes\tboxes\tfeatures\n");
        for (int i = COUNT - 1; i >= 0; i--) {
            String name = String.format("COCO_val2014_%012d.png", i);
            Pictures.writePng(pictures.resolve(name), RegionSets.scene(i).picture());
            String comma = images.isEmpty() ? "" : ",";
            images.append(comma).append("{\"id\": ").append(i).append(", \"file_name\": \"").append(name).append("\"}");
            captions.append(comma).append("{\"id\": ").append(i).append(", \"image_id\": ").append(i)
                    .append(", \"caption\": \"").append(RegionSets.caption(i)).append("\"}");
            table.append(RegionSets.line(Integer.toString(i), RegionSets.regions(i, CELLS), false));
        }
        Files.writeString(folder.resolve("captions_val2014.json"),
                "{\"images\": [" + images + "], \"annotations\": [" + captions + "]}");
        Files.writeString(folder.resolve("val2014_resnet101_faster_rcnn_genome.tsv"), table);
        OpenedSet set = open(folder);
        assertThat(set.report().format()).isEqualTo("data.format.coco");
        assertThat(set.report().skipped()).isZero();
        assertRegions(set, false);
        assertThat(set.report().lacks(Task.REGION_CLASSES)).isPresent();
        assertThat(set.report().lacks(Task.REGION_FEATURES)).isEmpty();
        Path saved = SetWriter.write(folder.resolve("saved"), set.rows(), done -> {
        });
        assertRegions(open(saved), false);
    }

    @Test
    void aTableWithClassesLiesInAFolderOfItsOwn() throws Exception {
        RegionSets.pictures(folder, COUNT);
        StringBuilder table = new StringBuilder();
        for (int i = 0; i < COUNT; i++) {
            table.append(RegionSets.line(Integer.toString(i), RegionSets.regions(i, CELLS), true));
        }
        Path features = Files.createDirectories(folder.resolve("features"));
        Files.writeString(features.resolve("train_obj36.tsv"), table);
        RegionSets.names(features);
        OpenedSet set = open(folder.resolve("captions.csv"));
        assertThat(set.report().taken().orElseThrow().attributes()).isEqualTo(400);
        assertRegions(set, true);
        Files.writeString(features.resolve("attributes_vocab.txt"), "red\nblue\n");
        assertThat(open(folder).report().taken().orElseThrow().attributes()).as("its list says how many").isEqualTo(2);
    }

    @Test
    void picturesWithoutUsableFeaturesAreLeftOutAndSayWhy() throws Exception {
        RegionSets.write(folder, COUNT, CELLS, false);
        Files.delete(folder.resolve("2.npz"));
        Files.writeString(folder.resolve("4.npz"), "no zip");
        RegionSets.npz(folder.resolve("5.npz"), RegionSets.regions(5, 1), false);
        RegionBytes.npz(folder.resolve("6.npz"), Map.of("features", npy("1, 12", new float[WIDTH])));
        OpenedSet set = open(folder);
        assertThat(broken(set)).hasSize(4).satisfiesExactly(
                first -> assertThat(first).isEqualTo("4 2.png: No region features lie there for it."),
                second -> assertThat(second).startsWith("6 4.png: What is wrong with 4.npz: ").contains("zip"),
                third -> assertThat(third)
                        .isEqualTo("7 5.png: 5.npz has 3 numbers a region; the other pictures have 12."),
                fourth -> assertThat(fourth).startsWith("8 6.png: What is wrong with 6.npz: ").contains("norm_bb"));
        assertThat(set.report().skipped()).isEqualTo(4);
        assertThat(set.report().pairs()).isEqualTo(COUNT - 4);
        assertThat(set.without()).containsExactlyInAnyOrder("2.png", "4.png", "5.png", "6.png");
        assertRegions(set, false);
    }

    /// A run that goes on meets the examples that it met: what has lost its features since is one that cannot be read.
    @Test
    void aSetThatIsReadAgainKeepsItsNumbers() throws Exception {
        RegionSets.write(folder, COUNT, CELLS, false);
        Files.delete(folder.resolve("2.npz"));
        OpenedSet before = open(folder);
        Dataset train = before.train(99);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < train.size(); i++) {
            ids.add(train.example(i).id());
        }
        RegionSets.npz(folder.resolve("2.npz"), RegionSets.regions(2, CELLS), false);
        Files.delete(folder.resolve(ids.getFirst().replace("png", "npz")));
        Dataset again = DataSets.again(folder, before.without()).train(99);
        assertThat(again.size()).isEqualTo(train.size());
        assertThatThrownBy(() -> again.example(0)).isInstanceOfSatisfying(EngineException.class, e -> {
            assertThat(e.key()).isEqualTo("data.regions.own");
            assertThat(e.what(Texts.ENGLISH)).contains(ids.getFirst());
        });
        for (int i = 1; i < ids.size(); i++) {
            assertThat(again.example(i).id()).isEqualTo(ids.get(i));
        }
    }

    @Test
    void aFewFilesMakeNoSetOfRegions() throws Exception {
        RegionSets.pictures(folder, COUNT);
        for (int i = 0; i < 5; i++) {
            RegionSets.npz(folder.resolve(i + ".npz"), RegionSets.regions(i, CELLS), false);
        }
        OpenedSet set = open(folder);
        assertThat(set.report().pairs()).isEqualTo(COUNT);
        assertThat(set.report().taken()).isEmpty();
        assertThat(Texts.ENGLISH.get(set.report().regions().orElseThrow().told())).contains("5 of 12 pictures");
        assertThat(set.rows()).allMatch(r -> r.regions().isEmpty());
        assertThat(set.train(99).example(0).more().regions()).isEmpty();
        RegionSets.npz(folder.resolve("7.npz"), RegionSets.regions(7, CELLS), false);
        assertThat(open(folder).report().pairs()).as("half of them do").isEqualTo(6);
    }

    @Test
    void aSavedSetNamesItsFeaturesWhereTheyLie() throws Exception {
        Path own = Files.createDirectories(folder.resolve("own"));
        RegionSets.write(own, COUNT, CELLS, true);
        OpenedSet set = open(own);
        List<DataRow> rows = new ArrayList<>(set.rows());
        rows.set(0, rows.getFirst().saying("another caption").in(DataRow.Part.VALIDATION));
        Path moved = Files.createDirectories(folder.resolve("elsewhere")).resolve("zero.npz");
        Files.move(own.resolve("0.npz"), moved);
        rows.set(0, rows.getFirst().with(java.util.Optional.of(org.diptych.engine.api.RegionPlace.whole(moved))));
        RegionSets.names(moved.getParent());
        Path saved = SetWriter.write(folder.resolve("saved"), rows, done -> {
        });
        OpenedSet again = open(saved);
        assertThat(again.report().skipped()).isZero();
        assertThat(again.rows().getFirst().regions().orElseThrow().file()).isEqualTo(moved);
        assertThat(again.rows().getFirst().caption()).isEqualTo("another caption");
        assertRegions(again, true);
    }

    @Test
    void featuresAloneAreNoSet() throws Exception {
        Path table = Files.writeString(folder.resolve("features.tsv"),
                RegionSets.line("1", RegionSets.regions(1, CELLS), false));
        Path file = RegionSets.npz(folder.resolve("1.npz"), RegionSets.regions(1, CELLS), false);
        for (Path source : List.of(table, file)) {
            assertThatThrownBy(() -> open(source)).isInstanceOfSatisfying(EngineException.class,
                    e -> assertThat(e.key()).isEqualTo("data.regions.alone"));
            assertThat(DataSets.holds(source)).isFalse();
        }
    }

    @Test
    void aClassBeyondTheListIsNoClass() throws Exception {
        RegionSets.write(folder, COUNT, CELLS, true);
        Files.writeString(folder.resolve("objects_vocab.txt"), "thing\n");
        Dataset train = open(folder).train(99);
        assertThatThrownBy(() -> {
            for (int i = 0; i < train.size(); i++) {
                train.example(i);
            }
        }).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.why(Texts.ENGLISH)).contains("there are 1, from 0"));
    }

    /// A detector's certainty is what its columns say, without the background's.
    @Test
    void sharesOfClassesAreReadWithoutTheBackground() throws Exception {
        RegionSets.pictures(folder, COUNT);
        for (int i = 0; i < COUNT; i++) {
            RegionBytes.npz(folder.resolve(i + ".npz"),
                    Map.of("norm_bb", npy("1, 4", 0, 0, 1, 1), "features", npy("1, 2", i, 1), "soft_labels",
                            npy("1, 4", 0.2f, 0.1f, 0.6f, 0.1f)));
        }
        OpenedSet set = open(folder);
        SetReport report = set.report();
        assertThat(report.taken().orElseThrow().classes()).isEqualTo(3);
        More.Labelled found = set.train(9).example(0).more().regions().orElseThrow();
        assertThat(found.classes()).containsExactly(1);
        assertThat(found.distributions()[0]).containsExactly(new float[]{0.125f, 0.75f, 0.125f},
                org.assertj.core.api.Assertions.within(1e-6f));
        assertThat(found.attributes()).containsExactly(More.Labelled.NONE);
    }
}
