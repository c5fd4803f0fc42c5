package org.diptych;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Both languages say everything, and say nothing that no one asks for in vain.
@Tag("unit")
class BundlesTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Path FOLDER = ROOT.resolve("assets/src/main/resources/org/diptych/i18n");

    static Stream<String> bundles() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".properties") && !n.endsWith("_zh.properties"))
                    .map(n -> n.substring(0, n.length() - ".properties".length())).sorted().toList().stream();
        }
    }

    private static Properties read(String name) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(FOLDER.resolve(name + ".properties"), StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        return properties;
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void bothLanguagesHaveTheSameKeysAndPlaceholders(String bundle) throws IOException {
        Properties english = read(bundle);
        Properties chinese = read(bundle + "_zh");
        assertThat(new TreeSet<>(chinese.stringPropertyNames()))
                .isEqualTo(new TreeSet<>(english.stringPropertyNames()));
        for (String key : english.stringPropertyNames()) {
            assertThat(key).startsWith(bundle + ".");
            assertThat(places(chinese.getProperty(key))).as(key).isEqualTo(places(english.getProperty(key)));
        }
    }

    private static Set<Integer> places(String pattern) {
        new MessageFormat(pattern);
        Set<Integer> places = new TreeSet<>();
        Matcher matcher = Pattern.compile("\\{(\\d+)").matcher(pattern);
        while (matcher.find()) {
            places.add(Integer.parseInt(matcher.group(1)));
        }
        return places;
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void chineseIsChinese(String bundle) throws IOException {
        Properties chinese = read(bundle + "_zh");
        long written = chinese.stringPropertyNames().stream().map(chinese::getProperty)
                .filter(v -> v.codePoints().anyMatch(c -> c >= 0x4e00 && c <= 0x9fff))
                .count();
        assertThat(written).isGreaterThan(chinese.size() / 2);
    }

    @Test
    void everyKeyThatTheCodeNamesExists() throws IOException {
        Set<String> names = new TreeSet<>(bundles().toList());
        Set<String> keys = new TreeSet<>();
        for (String bundle : names) {
            keys.addAll(read(bundle).stringPropertyNames());
        }
        Pattern literal = Pattern.compile("\"((" + String.join("|", names) + ")\\.[a-z][A-Za-z0-9_.]*[A-Za-z0-9_])\"");
        List<String> unknown = new ArrayList<>();
        for (String module : List.of("engine", "app")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    Matcher matcher = literal.matcher(Files.readString(file));
                    while (matcher.find()) {
                        String key = matcher.group(1);
                        boolean known = keys.contains(key) || keys.contains(key + ".what")
                                || keys.stream().anyMatch(k -> k.startsWith(key + "."));
                        if (!known && !NOT_KEYS.matcher(key).matches()) {
                            unknown.add(file.getFileName() + ": " + key);
                        }
                    }
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    /// File names, tensor names and the like that begin with a bundle's name.
    private static final Pattern NOT_KEYS = Pattern
            .compile(".*\\.(json|jsonl|pkl|txt|png|csv|html|safetensors|bin|hidden|attn)");
}
