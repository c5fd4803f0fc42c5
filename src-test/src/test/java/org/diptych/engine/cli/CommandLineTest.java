package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The command line without a model: help, faults, cards, Toybox.
@Tag("unit")
class CommandLineTest {
    private static final List<String> SUBCOMMANDS = List.of("models", "load", "look", "ask", "assemble",
            "contrast", "time", "tasks", "train", "evaluate",
            "runs", "curves", "capfilt", "experiment", "instruct", "data", "toybox", "bench", "tour");

    static Stream<Arguments> helps() {
        return SUBCOMMANDS.stream().flatMap(s -> Stream.of(Arguments.of(s, "en"), Arguments.of(s, "zh")));
    }

    @ParameterizedTest
    @MethodSource("helps")
    void everySubcommandExplainsItselfInBothLanguages(String subcommand, String language) {
        Run run = Run.of(subcommand, "--help", "--lang", language);
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("diptych " + subcommand).contains("--threads").doesNotContain("bundle:");
        boolean chinese = run.out().codePoints().anyMatch(c -> c >= 0x4e00 && c <= 0x9fff);
        assertThat(chinese).isEqualTo(language.equals("zh"));
    }

    @Test
    void theWholeCommandListsItsSubcommands() {
        Run run = Run.of("--help", "--lang", "en");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains(SUBCOMMANDS);
    }

    @Test
    void twelveModelsForAMachine() {
        Run run = Run.of("models", "--json", "--device", "cpu");
        assertThat(run.code()).isZero();
        JsonArray models = JsonParser.parseString(run.out()).getAsJsonArray();
        assertThat(models).hasSize(12);
        assertThat(models.asList())
                .anySatisfy(m -> assertThat(m.getAsJsonObject().get("id").getAsString()).isEqualTo("clip"));
    }

    static Stream<Arguments> misunderstood() {
        return Stream.of(Arguments.of((Object) new String[]{"fly"}), Arguments.of((Object) new String[]{"look"}),
                Arguments.of((Object) new String[]{"models", "--device", "abacus"}),
                Arguments.of((Object) new String[]{"models", "--threads", "many"}),
                Arguments.of((Object) new String[]{"toybox", "--count", "0", "--out", "x"}),
                Arguments.of((Object) new String[]{"toybox", "--world", "moon", "--out", "x"}),
                Arguments.of((Object) new String[]{"train"}),
                Arguments.of((Object) new String[]{"capfilt", "--out", "x"}),
                Arguments.of((Object) new String[]{"capfilt", "--out", "x", "--captioner", "clip", "--keep", "1"}),
                Arguments.of((Object) new String[]{"capfilt", "--out", "x", "--keep", "1", "--top-p", "2"}),
                Arguments.of((Object) new String[]{"train", "--out", "x", "--more", "5"}),
                Arguments.of((Object) new String[]{"train", "--out", "x", "--branch", "r", "--resume"}),
                Arguments.of((Object) new String[]{"train", "--out", "x", "--accumulate", "0"}),
                Arguments.of((Object) new String[]{"train", "--out", "x", "--patience", "-1"}),
                Arguments.of((Object) new String[]{"train", "--out", "x", "--resume", "--metric", "validation.r1"}),
                Arguments.of((Object) new String[]{"train", "--out", "x", "--plan", "p", "--resume"}));
    }

    @ParameterizedTest
    @MethodSource("misunderstood")
    void whatIsNotUnderstoodIsToldInOneLineAndThenHelp(String[] args) {
        for (String language : List.of("en", "zh")) {
            Run run = Run.of(Stream.concat(Stream.of(args), Stream.of("--lang", language)).toArray(String[]::new));
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines()).hasSize(2).noneMatch(line -> line.contains("Exception"));
            assertThat(run.err()).contains("--help");
            assertThat(run.err().codePoints().anyMatch(c -> c >= 0x4e00)).isEqualTo(language.equals("zh"));
        }
    }

    @Test
    void faultsOfTheWorldAreThreeSentences(@TempDir Path folder) throws IOException {
        Path noModel = Files.writeString(folder.resolve("model.safetensors"), "this is no model");
        Path noPlan = Files.writeString(folder.resolve("plan.json"), "{\"colour\": 1}");
        for (String language : List.of("en", "zh")) {
            for (String[] args : List.of(new String[]{"load", "--model", noModel.toString()},
                    new String[]{"load", "--model", folder.resolve("absent").toString()},
                    new String[]{"load", "--model", "clip", "--libtorch", folder.toString()},
                    new String[]{"train", "--plan", noPlan.toString(), "--out", folder.resolve("run").toString()},
                    new String[]{"train", "--resume", "--out", folder.resolve("norun").toString()},
                    new String[]{"contrast", "--images", folder.toString(), "--texts",
                            Files.writeString(folder.resolve("empty.txt"), "\n\n").toString(), "--out",
                            folder.toString()})) {
                Run run = Run.of(Stream.concat(Stream.of(args), Stream.of("--lang", language)).toArray(String[]::new));
                assertThat(run.code()).as(String.join(" ", args)).isEqualTo(1);
                assertThat(run.out()).isEmpty();
                assertThat(run.err()).doesNotContain("\tat ").doesNotContain("EngineException");
                assertThat(run.err().lines().filter(line -> !line.isBlank()).count()).isGreaterThanOrEqualTo(3);
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameBytes(@TempDir Path folder) throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        for (Path out : List.of(first, second)) {
            Run run = Run.of("toybox", "--count", "5", "--seed", "9", "--noise", "0.5", "--out", out.toString(),
                    "--lang", "en");
            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains(out.toString());
        }
        Map<String, byte[]> one = contents(first);
        Map<String, byte[]> two = contents(second);
        assertThat(one).hasSizeGreaterThan(5);
        assertThat(two.keySet()).isEqualTo(one.keySet());
        one.forEach((name, bytes) -> assertThat(two.get(name)).as(name).isEqualTo(bytes));
    }

    private static Map<String, byte[]> contents(Path folder) throws IOException {
        Map<String, byte[]> out = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return out;
    }
}
