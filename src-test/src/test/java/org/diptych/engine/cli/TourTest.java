package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tour needs no display and leaves one page that needs nothing beside it.
@Tag("invariant")
class TourTest {
    @Test
    void onePageWithPicturesMatrixAndCurves(@TempDir Path folder) throws IOException {
        Run run = Run.of("tour", "--out", folder.toString(), "--steps", "4", "--lang", "zh", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonObject told = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(told.get("page").getAsString()).isEqualTo(folder.resolve("tour.html").toString());
        assertThat(told.get("loss").getAsDouble()).isBetween(0.1, 10.0);
        assertThat(told.get("r1.image_to_text").getAsDouble()).isBetween(0.5, 1.0);
        String page = Files.readString(folder.resolve("tour.html"));
        assertThat(page).startsWith("<!doctype html><html lang=\"zh\">").endsWith("</html>\n");
        assertThat(page.split("data:image/png;base64,", -1)).hasSizeGreaterThan(10); // scene, maps, pairs
        assertThat(page.split("<svg ", -1)).hasSize(2);
        assertThat(page.split("<path ", -1)).as("training and validation").hasSizeGreaterThanOrEqualTo(3);
        assertThat(page).doesNotContain("src=\"http").doesNotContain("href=").doesNotContain("<script");
        assertThat(page.codePoints().filter(c -> c >= 0x4e00 && c <= 0x9fff).count()).isGreaterThan(50);
        assertThat(page.replaceAll("base64,[^\"]*", "")).as("outside the pictures").doesNotContain("NaN");
    }
}
