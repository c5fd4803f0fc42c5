package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.checkpoint.TakenApart;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `diptych assemble`: what it tells beforehand, what it makes, and that the folder opens.
@Tag("invariant")
class AssembleCommandTest {
    @TempDir
    private Path folder;
    private TakenApart parts;

    @BeforeEach
    void takeApart() throws Exception {
        parts = TakenApart.in(folder);
    }

    private Run assemble(String... more) {
        List<String> all = new ArrayList<>(List.of("assemble", "--vision", parts.vision().toString(), "--language",
                parts.language().toString(), "--device", "cpu", "--lang", "en"));
        all.addAll(List.of(more));
        return Run.of(all.toArray(String[]::new));
    }

    @Test
    void whatWouldBeMadeIsTold() {
        Run told = assemble("--preview");
        assertThat(told.code()).as(told.err()).isZero();
        assertThat(told.out()).contains("Fresh projector, drawn at random: 2 layers")
                .contains("Width of a word: projector gives 32 · language model takes 32 · agrees")
                .contains("on the disk");
        Run one = assemble("--preview", "--projector", "linear", "--json");
        assertThat(one.code()).as(one.err()).isZero();
        JsonObject json = JsonParser.parseString(one.out()).getAsJsonObject();
        assertThat(json.getAsJsonArray("checks")).isNotEmpty()
                .allSatisfy(c -> assertThat(c.getAsJsonObject().get("verdict").getAsString()).isEqualTo("AGREES"));
        assertThat(json.get("bytes").getAsLong()).isGreaterThan(json.get("parameters").getAsLong() * 4);
        assertThat(assemble().code()).as("neither a folder nor a preview").isEqualTo(2);
    }

    @Test
    void theFolderOpensAndWrites() {
        for (String projector : List.of("linear", "mlp", TakenApart.PROJECTOR.toString())) {
            Path out = folder.resolve("made-" + projector.length());
            Run made = assemble("--projector", projector, "--out", out.toString(), "--json");
            assertThat(made.code()).as(made.err()).isZero();
            JsonObject json = JsonParser.parseString(made.out()).getAsJsonObject();
            assertThat(json.getAsJsonArray("fits")).hasSize(projector.equals("linear") ? 2 : 3);
            Run loaded = Run.of("load", "--model", out.toString(), "--json", "--device", "cpu");
            assertThat(loaded.code()).as(loaded.err()).isZero();
            JsonObject report = JsonParser.parseString(loaded.out()).getAsJsonObject();
            assertThat(report.get("parameters").getAsLong()).isEqualTo(json.get("parameters").getAsLong());
            assertThat(report.getAsJsonArray("missing")).isEmpty();
            Run asked = Run.of("ask", "--model", out.toString(), "--scene", "3", "--text", "what is it?", "--most", "2",
                    "--lang", "en", "--device", "cpu");
            assertThat(asked.code()).as(asked.err()).isZero();
        }
    }

    @Test
    void whatDoesNotFitIsToldBothBeforeAndInstead() throws Exception {
        Files.delete(parts.language().resolve("tokenizer.model"));
        Run told = assemble("--preview");
        assertThat(told.code()).isEqualTo(1);
        assertThat(told.out())
                .contains("Tokenizer: none beside the weights · needed to read questions · DOES NOT AGREE");
        assertThat(told.err()).contains("no tokenizer");
        Run made = assemble("--out", folder.resolve("made").toString());
        assertThat(made.code()).isEqualTo(1);
        assertThat(made.err()).contains("no tokenizer").contains(parts.language().toString());
        assertThat(folder.resolve("made")).doesNotExist();
    }
}
