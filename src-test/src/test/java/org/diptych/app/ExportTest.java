package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javafx.scene.control.Button;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.Slider;
import javafx.scene.layout.Region;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.curves.Events;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.train.RunLogFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// What the menus of curves and of moments write, read back.
@Tag("fx")
class ExportTest extends WindowTest {
    private static final int STEPS = 20;

    /// Opens the menu and takes what stands at a place of it.
    private void take(String menu, int item, Optional<Path> chosen) throws Exception {
        window.chosen = chosen;
        FxStage.call(() -> {
            MenuButton button = find(menu);
            button.show();
            MenuItem taken = button.getItems().get(item);
            assertThat(taken.isDisable()).isFalse();
            taken.fire();
            button.hide();
            return null;
        });
    }

    private static void await(Path written) throws Exception {
        FxStage.await("the file " + written.getFileName(), () -> Files.exists(written));
    }

    private static List<RunLog.Row> rows(Path run) throws Exception {
        return RunLogFile.read(run).since(0);
    }

    /// Every value of every row, as the table has it.
    private static void holds(Path csv, String run, List<RunLog.Row> rows) throws Exception {
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines).hasSize(rows.size() + 1);
        List<String> columns = List.of(lines.getFirst().split(","));
        assertThat(columns).startsWith("run", "step", "seconds").contains("loss", "validation.loss", "validation.r1");
        for (int i = 0; i < rows.size(); i++) {
            String[] cells = lines.get(i + 1).split(",", -1);
            RunLog.Row row = rows.get(i);
            assertThat(cells[0]).isEqualTo(run);
            assertThat(Integer.parseInt(cells[1])).isEqualTo(row.step());
            for (int c = 3; c < columns.size(); c++) {
                Double value = row.values().get(columns.get(c));
                assertThat(cells[c]).isEqualTo(value == null ? "" : value.toString());
            }
        }
    }

    private static List<Element> curves(Path svg) throws Exception {
        NodeList lines = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile())
                .getElementsByTagName("polyline");
        return IntStream.range(0, lines.getLength()).mapToObj(i -> (Element) lines.item(i))
                .filter(e -> e.getAttribute("stroke-width").equals("1.8")).toList();
    }

    @Test
    void curvesOfAFinishedRunAreWrittenAsTheyAreShown() throws Exception {
        RunSummary run = taught(STEPS);
        List<RunLog.Row> rows = rows(run.folder());
        show("runs");
        FxStage.await("its curves", () -> window.scene.lookup("#runs-chart") != null
                && !((CurveBoard) find("runs-chart-board")).drawn().isEmpty());
        String menu = "runs-chart-board-save";
        Path out = Files.createDirectories(folder.resolve("out"));

        take(menu, 2, Optional.of(out.resolve("table"))); // the ending is put behind what was typed
        await(out.resolve("table.csv"));
        holds(out.resolve("table.csv"), run.id(), rows);

        take(menu, 1, Optional.of(out.resolve("few.svg")));
        await(out.resolve("few.svg"));
        assertThat(FxStage.call(() -> ((CurveBoard) find("runs-chart-board")).drawn())).containsExactly("loss");
        assertThat(curves(out.resolve("few.svg"))).singleElement().satisfies(line -> assertThat(
                line.getAttribute("points").split(" ")).hasSize(STEPS));
        assertThat(Files.readString(out.resolve("few.svg"))).contains(">loss</text>").doesNotContain("validation.r1");
        FxStage.call(() -> {
            ((CurveBoard) find("runs-chart-board")).pick("validation.r1", true);
            window.theme.set(Theme.DARK);
            return null;
        });
        FxStage.settle();
        take(menu, 1, Optional.of(out.resolve("more.svg")));
        await(out.resolve("more.svg"));
        assertThat(curves(out.resolve("more.svg"))).hasSize(2);
        assertThat(Files.readString(out.resolve("more.svg"))).contains("validation.r1", "#0d1117");

        take(menu, 0, Optional.of(out.resolve("seen.PNG")));
        await(out.resolve("seen.PNG"));
        BufferedImage seen = ImageIO.read(out.resolve("seen.PNG").toFile());
        Region drawing = FxStage.call(() -> (Region) ((CurveBoard) find("runs-chart-board")).drawing());
        assertThat(seen.getWidth()).isCloseTo((int) (2 * drawing.getWidth()), org.assertj.core.data.Offset.offset(2));
        assertThat(seen.getRGB(1, 1) & 0xffffff).as("the theme's ground").isEqualTo(0x0d1117);
        assertThat(IntStream.range(0, seen.getWidth() * seen.getHeight())
                .filter(i -> (seen.getRGB(i % seen.getWidth(), i / seen.getWidth()) & 0xffffff) == 0x56b4e9).count())
                .as("pixels in the curve's colour").isGreaterThan(100);

        take(menu, 3, Optional.of(out.resolve("board")));
        Path events = out.resolve("board").resolve(run.id());
        await(events);
        FxStage.await("the events", () -> {
            try (Stream<Path> files = Files.list(events)) {
                return files.anyMatch(f -> f.toString().endsWith(".diptych"));
            }
        });
        List<Float> losses = new ArrayList<>();
        try (Stream<Path> files = Files.list(events)) {
            Events.read(Files.readAllBytes(files.findFirst().orElseThrow())).stream().map(Events.Event::scalars)
                    .filter(s -> s.containsKey("loss")).forEach(s -> losses.add(s.get("loss")));
        }
        assertThat(losses).isEqualTo(rows.stream().filter(r -> r.values().containsKey("loss"))
                .map(r -> r.values().get("loss").floatValue()).toList());

        List<Path> before = files(out);
        for (int item = 0; item < 4; item++) {
            take(menu, item, Optional.empty());
        }
        FxStage.settle();
        assertThat(files(out)).as("who leaves the dialog gets nothing").isEqualTo(before);
    }

    private static List<Path> files(Path folder) throws Exception {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void curvesOfTheRunInTeachAreWritten() throws Exception {
        show("teach");
        int before = engine.runs().list().size();
        FxStage.call(() -> {
            ((Slider) find("finetune-steps")).setValue(Math.log10(2000));
            ((Slider) find("finetune-batch")).setValue(3);
            ((Button) find("teach-start")).fire();
            return null;
        });
        FxStage.await("some steps", () -> engine.runs().list().size() > before
                && engine.runs().list().getFirst().step() > 2
                && !((CurveBoard) find("teach-chart-board")).drawn().isEmpty());
        FxStage.await("the stop", () -> !find("teach-stop").isDisabled());
        fire("teach-stop");
        FxStage.await("the end", () -> !find("teach-start").isDisabled());
        RunSummary run = engine.runs().list().getFirst();
        Path csv = folder.resolve("teach.csv");
        take("teach-chart-board-save", 2, Optional.of(csv));
        await(csv);
        holds(csv, run.id(), rows(run.folder()));
    }

    private static List<BufferedImage> frames(Path gif) throws Exception {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        List<BufferedImage> out = new ArrayList<>();
        try (ImageInputStream in = ImageIO.createImageInputStream(gif.toFile())) {
            reader.setInput(in);
            for (int i = 0; i < reader.getNumImages(true); i++) {
                out.add(reader.read(i));
            }
        }
        return out;
    }

    /// @return mean difference of a channel, 0 to 255
    private static double apart(BufferedImage one, BufferedImage other) {
        long sum = 0;
        for (int y = 0; y < one.getHeight(); y++) {
            for (int x = 0; x < one.getWidth(); x++) {
                for (int shift = 0; shift < 24; shift += 8) {
                    sum += Math.abs((one.getRGB(x, y) >> shift & 255) - (other.getRGB(x, y) >> shift & 255));
                }
            }
        }
        return sum / (3.0 * one.getWidth() * one.getHeight());
    }

    @Test
    void momentsAreWrittenAsAnAnimationAndAsPictures() throws Exception {
        RunSummary run = taught(STEPS);
        show("runs");
        FxStage.await("the moments", () -> text("runs-rewind-size").startsWith("3 moments"));
        Path out = Files.createDirectories(folder.resolve("out"));
        take("runs-rewind-export", 0, Optional.of(out.resolve("film")));
        await(out.resolve("film.gif"));
        take("runs-rewind-export", 1, Optional.of(out));
        Path pictures = out.resolve(run.id() + "-moments");
        FxStage.await("the pictures", () -> Files.exists(pictures.resolve("moment-00000020.png")));
        assertThat(files(pictures)).extracting(f -> f.getFileName().toString()).containsExactly("moment-00000000.png",
                "moment-00000010.png", "moment-00000020.png");
        List<BufferedImage> film = frames(out.resolve("film.gif"));
        assertThat(film).hasSize(3);
        List<BufferedImage> each = new ArrayList<>();
        for (Path file : files(pictures)) {
            each.add(ImageIO.read(file.toFile()));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(apart(film.get(i), each.get(i))).as("the same moment, in 256 colours").isLessThan(4);
        }
        assertThat(Pictures.read(files(pictures).getFirst()).rgb())
                .isNotEqualTo(Pictures.read(files(pictures).getLast()).rgb());
        FxStage.call(() -> {
            window.theme.set(Theme.DARK);
            return null;
        });
        take("runs-rewind-export", 0, Optional.of(out.resolve("dark.gif")));
        await(out.resolve("dark.gif"));
        assertThat(frames(out.resolve("dark.gif")).getFirst().getRGB(1, 1) & 0xffffff)
                .isNotEqualTo(film.getFirst().getRGB(1, 1) & 0xffffff);
        List<Path> before = files(out);
        take("runs-rewind-export", 0, Optional.empty());
        take("runs-rewind-export", 1, Optional.empty());
        FxStage.settle();
        assertThat(files(out)).isEqualTo(before);
    }
}
