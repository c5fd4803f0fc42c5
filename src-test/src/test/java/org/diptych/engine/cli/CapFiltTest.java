package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Captioning and filtering from plans to a retrained model, with very small models on Toybox.
@Tag("unit")
class CapFiltTest {
    private static final int PICTURES = 12;
    private static final String PLAN = """
            {"name": "tiny", "model": "fresh:blip", "steps": 6, "batch": 4, "seed": 3, "evaluateEvery": 6,
             "checkpointEvery": 3, "optimizer": {"rate": 0.003}, "schedule": {"warmup": 2},
             "objectives": OBJECTIVES,
             "data": {"train": 32, "validation": 8, "pictureSize": 32},
             "config": {"image_text_hidden_size": 8, "queue_size": 8,
               "text_config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "max_position_embeddings": 64},
               "vision_config": {"image_size": 32, "patch_size": 8, "hidden_size": 16, "intermediate_size": 24,
                 "num_hidden_layers": 1, "num_attention_heads": 2}}}
            """;

    @TempDir
    Path folder;

    private Path plan(String name, String objectives) throws IOException {
        return Files.writeString(folder.resolve(name + ".json"), PLAN.replace("OBJECTIVES", objectives));
    }

    private Path pairs() {
        Path pairs = folder.resolve("pairs");
        assertThat(Run.of("toybox", "--count", "" + PICTURES, "--size", "32", "--noise", "0.5", "--seed", "5", "--out",
                pairs.toString()).code()).isZero();
        return pairs;
    }

    private static JsonObject done(String... args) {
        Run run = Run.of(Stream.concat(Stream.of("capfilt", "--json", "--lang", "en"), Stream.of(args))
                .toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return JsonParser.parseString(run.out()).getAsJsonObject();
    }

    private static List<JsonObject> lines(Path file) throws IOException {
        List<JsonObject> out = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            out.add(JsonParser.parseString(line).getAsJsonObject());
        }
        return out;
    }

    private static List<String> kept(Path out, boolean cleaned) throws IOException {
        return lines(out.resolve(cleaned ? "cleaned/captions.jsonl" : "captions.jsonl")).stream()
                .filter(l -> cleaned || l.get("keep").getAsBoolean()).map(l -> l.get("caption").getAsString()).toList();
    }

    @Test
    void aSetIsCleanedGoneOnWithOverruledAndLearntFrom() throws IOException {
        Path pairs = pairs();
        Path out = folder.resolve("out");
        String[] whole = {"--captioner", plan("captioner", "{\"captioning\": 1}").toString(), "--filter",
                plan("filter", "{\"contrastive\": 1, \"itm\": 1}").toString(), "--pairs", pairs.toString(), "--out",
                out.toString(), "--most", "12", "--seed", "4"};
        JsonObject result = done(whole);
        List<JsonObject> decisions = lines(out.resolve("captions.jsonl"));
        List<JsonObject> found = lines(pairs.resolve("captions.jsonl"));
        assertThat(decisions.stream().filter(d -> d.get("source").getAsString().equals("web"))
                .map(d -> d.get("caption").getAsString()))
                .containsExactlyElementsOf(found.stream().map(l -> l.get("caption").getAsString()).toList());
        assertThat(decisions).anySatisfy(d -> assertThat(d.get("source").getAsString()).isEqualTo("synthetic"))
                .allSatisfy(d -> {
                    assertThat(d.get("match").getAsDouble()).isBetween(0.0, 1.0);
                    assertThat(d.get("keep").getAsBoolean()).isEqualTo(d.get("match").getAsDouble() >= 0.5);
                });
        assertThat(result.get("web").getAsInt()).isEqualTo(PICTURES);
        assertThat(result.get("synthetic").getAsInt()).isEqualTo(decisions.size() - PICTURES);
        assertThat(result.get("wrong").getAsLong())
                .isEqualTo(found.stream().filter(l -> !l.get("right").getAsBoolean()).count()).isPositive();
        assertThat(kept(out, true)).isEqualTo(kept(out, false));

        goesOn(whole, out);
        overrules(out, decisions);
        JsonObject lenient = done(Stream.concat(Stream.of(whole), Stream.of("--threshold", "0", "--human",
                pairs.toString(), "--retrain", plan("anew", "{\"captioning\": 1}").toString())).toArray(String[]::new));
        assertThat(lenient.get("human").getAsInt()).isEqualTo(PICTURES);
        assertThat(lenient.get("overruled").getAsInt()).as("a person's word stands").isEqualTo(2);
        assertThat(kept(out, true)).hasSize(decisions.size() - 1 + PICTURES);
        Path retrained = Path.of(lenient.get("retrained").getAsString());
        assertThat(retrained.resolve("model.safetensors")).exists();
        assertThat(JsonParser.parseString(Files.readString(out.resolve("retrained/plan.json"))).getAsJsonObject()
                .getAsJsonObject("data").get("source").getAsString()).isEqualTo(out.resolve("cleaned").toString());
    }

    /// Broken off in the middle of a line, and with the models already there.
    private static void goesOn(String[] whole, Path out) throws IOException {
        Path file = out.resolve("captions.jsonl");
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, 2 * text.length() / 3));
        Path weights = out.resolve("captioner/model/model.safetensors");
        Object before = Files.getLastModifiedTime(weights);
        done(whole);
        assertThat(Files.readString(file)).isEqualTo(text);
        assertThat((Object) Files.getLastModifiedTime(weights)).isEqualTo(before);
        String[] other = whole.clone();
        other[other.length - 1] = "9";
        Run run = Run.of(Stream.concat(Stream.of("capfilt", "--lang", "en"), Stream.of(other)).toArray(String[]::new));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("other settings");
        assertThat(Files.readString(file)).isEqualTo(text);
    }

    /// The first two decisions the other way round.
    private static void overrules(Path out, List<JsonObject> decisions) throws IOException {
        List<String> args = new ArrayList<>(List.of("--out", out.toString()));
        for (int i = 0; i < 2; i++) {
            args.addAll(List.of(i == 0 ? "--drop" : "--keep", "" + i));
        }
        assertThat(done(args.toArray(String[]::new)).get("overruled").getAsInt()).isEqualTo(2);
        List<JsonObject> after = lines(out.resolve("captions.jsonl"));
        assertThat(after).hasSameSizeAs(decisions);
        for (int i = 0; i < after.size(); i++) {
            assertThat(after.get(i).get("overruled").getAsBoolean()).isEqualTo(i < 2);
            assertThat(after.get(i).get("keep").getAsBoolean())
                    .isEqualTo(i < 2 ? i == 1 : decisions.get(i).get("keep").getAsBoolean());
        }
        assertThat(kept(out, true)).isEqualTo(kept(out, false));
        Run run = Run.of("capfilt", "--lang", "en", "--out", out.toString(), "--keep", "" + after.size());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("no decision");
    }

    @Test
    void eachRoleNeedsItsModel() throws IOException {
        Path pairs = pairs();
        for (String language : List.of("en", "zh")) {
            Run writer = Run.of("capfilt", "--lang", language, "--captioner", "clip", "--filter", "clip", "--pairs",
                    pairs.toString(), "--out", folder.resolve("a").toString());
            assertThat(writer.code()).isEqualTo(1);
            assertThat(writer.err().lines().filter(l -> !l.isBlank()).count()).isGreaterThanOrEqualTo(3);
            assertThat(writer.err()).contains(language.equals("en") ? "does not write" : "不会写字");
            assertThat(folder.resolve("a/captions.jsonl")).doesNotExist();
        }
        Run nothing = Run.of("capfilt", "--lang", "en", "--out", folder.resolve("b").toString(), "--keep", "1");
        assertThat(nothing.code()).isEqualTo(1);
        assertThat(nothing.err()).contains("no decisions");
    }
}
