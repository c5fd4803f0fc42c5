package org.diptych.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class FolderDatasetTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void pictures() throws Exception {
        for (String name : List.of("a.png", "b.png", "c.png", "one, two.png")) {
            Pictures.writePng(folder.resolve(name), new Picture(1, 1, new byte[]{(byte) name.length(), 2, 3}, name));
        }
    }

    private static List<String> captions(FolderDataset data) throws EngineException {
        List<String> out = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            out.add(data.example(i).id() + ": " + data.example(i).caption());
        }
        return out;
    }

    @Test
    void brokenLinesAreLeftOutAndCounted() throws Exception {
        Files.writeString(folder.resolve("captions.jsonl"), """
                {"image": "a.png", "caption": "a cat"}
                {"image": "a.png"
                {"image": "nowhere.png", "caption": "nothing"}
                {"image": null, "caption": "nothing"}
                {"image": "b.png"}
                {"image": "b.png", "caption": "  "}
                [1, 2]
                7

                {"image": "b.png", "caption": "一条鱼", "more": [1]}
                """);
        FolderDataset data = FolderDataset.open(folder, 100, false);
        assertThat(captions(data)).containsExactly("a.png: a cat", "b.png: 一条鱼");
        assertThat(data.skipped()).isEqualTo(7);
        assertThat(data.example(0).picture().rgb()).containsExactly(5, 2, 3);
    }

    @Test
    void tablesAreReadWithAndWithoutQuotes() throws Exception {
        Files.writeString(folder.resolve("captions.csv"), """
                \uFEFFimage,caption
                a.png,a cat, a dog and a bird
                b.png,"a ""big"" fish, blue"
                "one, two.png", plain
                "c.png","quoted, too",extra
                c.png
                "c.png
                """, StandardCharsets.UTF_8);
        FolderDataset data = FolderDataset.open(folder, 100, false);
        assertThat(captions(data)).containsExactly("a.png: a cat, a dog and a bird", "b.png: a \"big\" fish, blue",
                "one, two.png: plain", "c.png: quoted, too");
        assertThat(data.skipped()).isEqualTo(2);
    }

    @Test
    void everyFifthPairValidatesAndNoPairDoesBoth() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 23; i++) {
            lines.append("{\"image\": \"a.png\", \"caption\": \"number ").append(i).append("\"}\n");
        }
        Files.writeString(folder.resolve("captions.jsonl"), lines);
        List<String> train = captions(FolderDataset.open(folder, 100, false));
        List<String> validation = captions(FolderDataset.open(folder, 100, true));
        assertThat(train).hasSize(19).doesNotContainAnyElementsOf(validation);
        assertThat(validation).hasSize(4);
        assertThat(captions(FolderDataset.open(folder, 3, false))).isEqualTo(train.subList(0, 3));
    }

    @Test
    void aFolderWithoutCaptionsOrWithTooFewIsToldApart() throws Exception {
        assertThatThrownBy(() -> FolderDataset.open(folder, 10, false)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).isEqualTo("data.captions"));
        Files.writeString(folder.resolve("captions.jsonl"),
                "{\"image\": \"a.png\", \"caption\": \"a cat\"}\nnonsense\n");
        assertThatThrownBy(() -> FolderDataset.open(folder, 10, false)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.getMessage()).contains("1 name").contains("1 do not"));
    }

    @Test
    void aFileThatIsNoTextIsOneClearMessage() throws Exception {
        Files.write(folder.resolve("captions.csv"), new byte[]{(byte) 0xff, (byte) 0xfe, 0, 65, (byte) 0xc3});
        assertThatThrownBy(() -> FolderDataset.open(folder, 10, false)).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).isEqualTo("data.unreadable"));
    }
}
