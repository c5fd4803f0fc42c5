package org.diptych;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Who may import whom. The table in the README's "Architecture" says the same in words.
@Tag("arch")
class ArchitectureTest {
    private static final String ROOT = "org.diptych.";
    private static JavaClasses all;

    @BeforeAll
    static void read() {
        all = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("org.diptych");
    }

    /// Engine package -> the other engine packages it may use.
    private static final Map<String, Set<String>> ENGINE = Map.ofEntries(Map.entry("api", Set.of()),
            Map.entry("model", Set.of("api")),
            Map.entry("kernel", Set.of()), Map.entry("nn", Set.of("kernel", "model", "api")),
            Map.entry("probe", Set.of("kernel", "model", "data", "api")),
            Map.entry("tower", Set.of("nn", "kernel", "model", "api")), Map.entry("work", Set.of("api")),
            Map.entry("text", Set.of("api")), Map.entry("curves", Set.of("api", "image")),
            Map.entry("image", Set.of("api")), Map.entry("session", Set.of("api")),
            Map.entry("checkpoint", Set.of("model", "nn", "kernel", "api", "work")),
            Map.entry("objective", Set.of("model", "nn", "kernel", "data", "api", "work")),
            Map.entry("data", Set.of("model", "nn", "kernel", "checkpoint", "api", "work", "image", "text")),
            Map.entry("train",
                    Set.of("model", "nn", "kernel", "api", "work", "objective", "data", "checkpoint", "evaluate")),
            Map.entry("evaluate",
                    Set.of("model", "nn", "kernel", "objective", "data", "checkpoint", "probe", "generate", "api",
                            "work")),
            Map.entry("models", Set.of("tower", "nn", "kernel", "model", "api", "text", "image", "checkpoint")),
            Map.entry("bench",
                    Set.of("model", "nn", "kernel", "objective", "data", "checkpoint", "probe", "train", "api",
                            "work")),
            Map.entry("pipeline",
                    Set.of("model", "nn", "kernel", "objective", "data", "checkpoint", "probe", "train", "generate",
                            "api", "work")),
            Map.entry("generate", Set.of("model", "nn", "kernel", "api", "work")),
            Map.entry("cli", Set.of("bench", "api")));

    static Stream<Arguments> engineRules() {
        return ENGINE.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "engine.{0} uses only {1}")
    @MethodSource("engineRules")
    void enginePackagesKeepToTheirOwn(String name, Set<String> allowed) {
        List<String> forbidden = new ArrayList<>(
                ENGINE.keySet().stream().filter(p -> !p.equals(name) && !allowed.contains(p))
                        .map(p -> ROOT + "engine." + p + "..").toList());
        noClasses().that().resideInAPackage(ROOT + "engine." + name + "..").should().dependOnClassesThat()
                .resideInAnyPackage(forbidden.toArray(String[]::new))
                .because("house rule: engine." + name + " may use " + allowed)
                .allowEmptyShould(true).check(all);
    }

    @Test
    void onlyTheCommandLineKnowsTheFacade() {
        noClasses().that().resideInAPackage(ROOT + "engine.(*)..").and().resideOutsideOfPackage(ROOT + "engine.cli..")
                .should()
                .dependOnClassesThat().resideInAPackage(ROOT + "engine")
                .because("the facade is where everything meets, so nothing below may look up to it")
                .check(all);
    }

    @Test
    void theEngineHasNoWindow() {
        noClasses().that().resideInAPackage(ROOT + "engine..").should().dependOnClassesThat()
                .resideInAnyPackage("javafx..", "org.jfree..", "org.controlsfx..", ROOT + "app..")
                .because("the command line must run where there is no display").check(all);
    }

    @Test
    void plainPackagesHaveNoTensors() {
        noClasses().that()
                .resideInAnyPackage(ROOT + "engine.api..", ROOT + "engine.image..", ROOT + "engine.session..",
                        ROOT + "engine.cli..", ROOT + "app..")
                .should().dependOnClassesThat().resideInAPackage("ai.djl..")
                .because("tensors live on the engine's lane only").check(all);
        noClasses().that().resideInAPackage(ROOT + "engine.text..").should().dependOnClassesThat()
                .resideInAnyPackage("ai.djl.ndarray..", "ai.djl.pytorch..")
                .because("text runs on ordinary threads").check(all);
    }

    @Test
    void noModelKnowsAnother() {
        slices().matching(ROOT + "engine.models.(*)..").should().notDependOnEachOther()
                .because("twelve thin packages on shared towers stay readable only apart").allowEmptyShould(true)
                .check(all);
        classes().that().resideInAPackage(ROOT + "engine.models..").and().areTopLevelClasses().and().areNotInterfaces()
                .and()
                .doNotHaveSimpleName("package-info").should()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
                .because("a model is an assembly, not a base class").check(all);
    }

    @Test
    void theFacadeSpeaksPlainJava() {
        methods().that().areDeclaredIn(ROOT + "engine.Engine").and().arePublic()
                .should(new ArchCondition<>("have no tensor types in the signature") {
                    @Override
                    public void check(JavaMethod method, ConditionEvents events) {
                        boolean tensor = Stream
                                .concat(method.getRawParameterTypes().stream(), Stream.of(method.getRawReturnType()))
                                .anyMatch(t -> t.getPackageName().startsWith("ai.djl"));
                        events.add(new SimpleConditionEvent(method, !tensor, method.getDescription()));
                    }
                }).because("results that cross the lane are plain Java").check(all);
    }

    @Test
    void eachFeatureStandsAlone() {
        String[] features = {"catalog", "inspect", "ask", "contrast", "tasks", "finetune", "runs", "capfilt", "data",
                "settings"};
        for (String feature : features) {
            String[] others = Stream.of(features).filter(f -> !f.equals(feature)).map(f -> ROOT + "app." + f + "..")
                    .toArray(String[]::new);
            noClasses().that().resideInAPackage(ROOT + "app." + feature + "..").should().dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .because("features meet in the workbench only").allowEmptyShould(true).check(all);
            noClasses().that().resideInAPackage(ROOT + "app." + feature + "..").should()
                    .dependOnClassesThat(engineBeyondTheFacade())
                    .because("the window asks the facade and reads the plain api").allowEmptyShould(true).check(all);
        }
        noClasses().that().resideInAnyPackage(ROOT + "app.moments..", ROOT + "app.pairs..").should()
                .dependOnClassesThat(engineBeyondTheFacade())
                .because("the window asks the facade and reads the plain api").check(all);
        noClasses().that().resideInAnyPackage(ROOT + "app.moments..", ROOT + "app.pairs..").should()
                .dependOnClassesThat()
                .resideInAnyPackage(Stream.of(features).map(f -> ROOT + "app." + f + "..").toArray(String[]::new))
                .because("what features share must not know them").check(all);
        noClasses().that().resideInAnyPackage(ROOT + "app.fx..", ROOT + "app.chart..", ROOT + "app.canvas..").should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + "app.shell..", ROOT + "app.catalog..", ROOT + "app.inspect..",
                        ROOT + "app.ask..", ROOT + "app.moments..", ROOT + "app.pairs..", ROOT + "app.contrast..",
                        ROOT + "app.tasks..",
                        ROOT + "app.finetune..",
                        ROOT + "app.runs..", ROOT + "app.capfilt..", ROOT + "app.data..", ROOT + "app.settings..")
                .because("what features share must not know them").check(all);
    }

    private static DescribedPredicate<JavaClass> engineBeyondTheFacade() {
        return DescribedPredicate.describe("engine classes beyond Engine and api",
                type -> type.getPackageName().startsWith(ROOT + "engine")
                        && !type.getPackageName().startsWith(ROOT + "engine.api")
                        && !type.getFullName().startsWith(ROOT + "engine.Engine"));
    }

    @Test
    void onlyTheChartPackageDrawsCharts() {
        noClasses().that().resideOutsideOfPackage(ROOT + "app.chart..").should().dependOnClassesThat()
                .resideInAPackage("org.jfree..")
                .because("one place tames JFreeChart's redraws").check(all);
    }

    @Test
    void awtStaysWherePicturesAreMade() {
        noClasses().that()
                .resideOutsideOfPackages(ROOT + "app.chart..", ROOT + "engine.image..", ROOT + "engine.data.toybox..")
                .should()
                .dependOnClassesThat().resideInAPackage("java.awt..").because("AWT beside JavaFX is a second toolkit")
                .check(all);
    }

    @Test
    void threadsAreMadeInOnePlace() {
        noClasses().that().resideOutsideOfPackage(ROOT + "engine.work..").should()
                .callConstructor(Thread.class, Runnable.class).orShould()
                .callConstructor(Thread.class, Runnable.class, String.class).orShould().callConstructor(Thread.class)
                .because("every thread has an owner that ends it").check(all);
        noClasses().that().resideOutsideOfPackage(ROOT + "engine.work..").should()
                .callMethod("ai.djl.ndarray.NDManager", "newBaseManager")
                .because("native memory has one root").check(all);
        noClasses().that().resideOutsideOfPackage(ROOT + "app.fx..").should()
                .callMethod("javafx.application.Platform", "runLater", "java.lang.Runnable")
                .because("one gate to the window's thread").check(all);
    }

    @Test
    void theWindowNeverWaits() {
        noClasses().that().resideInAPackage(ROOT + "app..").should()
                .callMethod("java.util.concurrent.CompletableFuture", "join").orShould()
                .callMethod("java.util.concurrent.CompletableFuture", "get").orShould()
                .callMethod("java.util.concurrent.Future", "get")
                .because("a wait on the window's thread freezes it").check(all);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses().that().resideOutsideOfPackages(ROOT + "engine.cli..", ROOT + "app").should()
                .accessField(System.class, "out").orShould()
                .accessField(System.class, "err").because("a library has no console").check(all);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + "engine.(*)..").should().beFreeOfCycles()
                .because("a cycle is one package that has not been told").check(all);
        slices().matching(ROOT + "app.(*)..").should().beFreeOfCycles()
                .because("a cycle is one package that has not been told").check(all);
    }
}
