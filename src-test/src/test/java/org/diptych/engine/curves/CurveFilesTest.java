package org.diptych.engine.curves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.diptych.engine.api.CurvesRequest;
import org.diptych.engine.api.EngineException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// Curves as drawings and tables.
@Tag("unit")
class CurveFilesTest {
    @TempDir
    Path folder;

    private final Logs.Made log = Logs.of(5000, (step, values) -> {
        values.put("loss", 3 * Math.exp(-step / 900.0) + 0.3 + (step % 2 == 0 ? 0.1 : -0.1));
        if (step % 250 == 0) {
            values.put("validation.loss", 3 * Math.exp(-step / 1000.0) + 0.4);
        }
    });

    private CurvesRequest request(String name, boolean log, boolean dark, String... values) {
        return new CurvesRequest(List.of("run"), List.of(values), 0.6, log, log, true, dark, folder.resolve(name));
    }

    @Test
    void aDrawingInVectorsIsSoundAndSmall() throws Exception {
        for (boolean logarithmic : new boolean[]{false, true}) {
            Path file = CurveFiles.write(request("c.svg", logarithmic, false, "loss", "validation.loss", "rate"),
                    List.of(log, log));
            var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
            NodeList lines = document.getElementsByTagName("polyline");
            List<Element> curves = IntStream.range(0, lines.getLength()).mapToObj(i -> (Element) lines.item(i))
                    .filter(e -> e.getAttribute("stroke-width").equals("1.8")).toList();
            assertThat(curves).as("two panels: two runs with a training and a validation line, and two rates")
                    .hasSize(6);
            for (Element curve : curves) {
                String[] points = curve.getAttribute("points").split(" ");
                assertThat(points.length).isBetween(2, 4 * 1200);
                double[] x = java.util.Arrays.stream(points).mapToDouble(p -> Double.parseDouble(p.split(",")[0]))
                        .toArray();
                assertThat(x).isSorted();
                assertThat(x[x.length - 1]).isLessThanOrEqualTo(1176.01);
            }
            assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2 * 20);
        }
    }

    @Test
    void aDrawingInPixelsHasItsGround() throws Exception {
        for (boolean dark : new boolean[]{false, true}) {
            var image = ImageIO.read(CurveFiles.write(request("c.png", false, dark), List.of(log)).toFile());
            assertThat(image.getWidth()).isEqualTo(2400);
            assertThat(image.getRGB(1, 1) & 0xffffff).isEqualTo(dark ? 0x0d1117 : 0xffffff);
            long line = IntStream.range(0, image.getWidth() * image.getHeight())
                    .filter(i -> (image.getRGB(i % image.getWidth(), i / image.getWidth()) & 0xffffff) == (dark
                            ? 0x56b4e9
                            : 0x0072b2))
                    .count();
            assertThat(line).as("pixels in the curve's colour").isGreaterThan(2000);
        }
    }

    @Test
    void aTableHoldsTheValuesAsTheyWereLogged() throws Exception {
        List<String> lines = Files.readAllLines(CurveFiles.write(request("c.csv", true, false), List.of(log)));
        assertThat(lines).hasSize(5001);
        assertThat(lines.getFirst()).isEqualTo("run,step,seconds,rate,loss,validation.loss");
        var row = log.rows().get(249).values();
        assertThat(lines.get(250)).isEqualTo(
                "run,250,125.0," + row.get("rate") + "," + row.get("loss") + "," + row.get("validation.loss"));
        assertThat(lines.get(249)).endsWith(",");
        assertThat(
                Files.readAllLines(CurveFiles.write(request("d.csv", false, false, "loss"), List.of(log))).getFirst())
                .isEqualTo("run,step,seconds,loss");
    }

    @Test
    void anyOtherPathIsAFolderForTensorBoard() throws Exception {
        Path out = CurveFiles.write(request("board", false, false), List.of(log));
        assertThat(out.resolve("run").resolve("events.out.tfevents.1767323045.diptych")).isNotEmptyFile();
    }

    @Test
    void aValueThatIsNotThereIsTold() {
        assertThatThrownBy(() -> CurveFiles.write(request("c.svg", false, false, "gain"), List.of(log)))
                .isInstanceOf(EngineException.class).hasMessageContaining("gain");
        assertThat(folder.resolve("c.svg")).doesNotExist();
    }
}
