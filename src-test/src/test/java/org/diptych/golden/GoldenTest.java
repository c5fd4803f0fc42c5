package org.diptych.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.work.Scopes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Every tensor of every reference case under `golden.dir`, laid out as `MODEL/CASE/`. Nothing is skipped: what cannot be compared fails.
@Tag("golden")
@Execution(ExecutionMode.SAME_THREAD)
class GoldenTest {
    private static final Path TABLE = Path.of("target/golden.tsv");
    private static final List<String> TABLE_ROWS = new ArrayList<>(
            List.of("case\tweight file\ttensor\tmax abs error\tallowed\tok"));

    @AfterAll
    static void writeTable() throws IOException {
        Files.createDirectories(TABLE.getParent());
        Files.write(TABLE, TABLE_ROWS);
    }

    @TestFactory
    Stream<DynamicTest> everyCase() throws IOException {
        Path root = Path.of(System.getProperty("golden.dir", "golden"));
        assertThat(root).isDirectory();
        List<DynamicTest> tests = new ArrayList<>();
        for (Path model : folders(root)) {
            String name = model.getFileName().toString();
            if (FolderGolden.handles(model)) {
                tests.add(DynamicTest.dynamicTest(name, () -> check(FolderGolden.compare(name, model))));
                continue;
            }
            for (Path folder : folders(model)) {
                tests.addAll(cases(new GoldenCase(name, folder.getFileName().toString(), folder)));
            }
        }
        assertThat(tests).as("cases under " + root).isNotEmpty();
        return tests.stream();
    }

    private static List<DynamicTest> cases(GoldenCase golden) throws IOException {
        String title = golden.model() + "/" + golden.name();
        if (FolderGolden.handles(golden.folder())) {
            return List.of(DynamicTest.dynamicTest(title, () -> check(FolderGolden.compare(title, golden.folder()))));
        }
        List<Path> files = golden.weightFiles();
        if (files.isEmpty()) {
            return List.of(DynamicTest.dynamicTest(title,
                    () -> fail("golden " + title + ": a folder that nothing here can compare")));
        }
        return files.stream().map(file -> DynamicTest.dynamicTest(title + " " + file.getFileName(),
                () -> check(List.of(weights(golden, file))))).toList();
    }

    private static Compared weights(GoldenCase golden, Path file) throws EngineException {
        return TestLane.run(context -> {
            Scopes scopes = TestLane.lane().scopes();
            try (NDManager owned = scopes.weights()) {
                return WeightFileGolden.compare(golden, file, context.scope(), owned);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void check(List<Compared> results) {
        results.forEach(result -> {
            System.out.println(result.line());
            TABLE_ROWS.addAll(result.table());
        });
        assertThat(results.stream().filter(r -> !r.failures().isEmpty() || r.compared() == 0)
                .map(r -> r.line() + "\n" + String.join("\n", r.failures())).toList()).isEmpty();
    }

    private static List<Path> folders(Path root) throws IOException {
        try (Stream<Path> inner = Files.list(root)) {
            return inner.filter(Files::isDirectory).sorted().toList();
        }
    }
}
