package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleRequest.Parts;
import org.diptych.engine.api.AssembleRequest.Projector;
import org.diptych.engine.api.AssembleResult;
import org.diptych.engine.api.AssemblyPreview;
import org.diptych.engine.api.AssemblyPreview.Check;
import org.diptych.engine.api.AssemblyPreview.Verdict;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Texts;
import org.diptych.engine.kernel.Brain;
import org.diptych.engine.models.Models;
import org.diptych.engine.work.Job;
import org.diptych.engine.work.Priority;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A LLaVA by hand: the reference's tiny one taken apart and put together again.
@Tag("unit")
class AssemblyTest {
    private static final Projector FRESH = Projector.fresh(Projector.PERCEPTRON);
    private static final String NAMES = "checkpoint.assemble.check.";

    @TempDir
    private Path folder;
    private Path vision;
    private Path language;

    @BeforeEach
    void takeApart() throws IOException {
        TakenApart parts = TakenApart.in(folder);
        vision = parts.vision();
        language = parts.language();
    }

    private AssembleRequest request(Projector projector) {
        return new AssembleRequest(vision, language, projector, folder.resolve("made"), 3);
    }

    private AssembleResult assemble(Projector projector) throws EngineException {
        return TestLane.steps(new Assembly(request(projector)));
    }

    private AssemblyPreview preview(Projector projector) throws EngineException {
        return Assembly.preview(request(projector).parts());
    }

    private static String said(Optional<Message> value) {
        return value.map(Texts.ENGLISH::get).orElse("");
    }

    private static Check check(AssemblyPreview preview, String name) {
        return preview.checks().stream().filter(c -> c.name().key().equals(NAMES + name)).findFirst().orElseThrow();
    }

    private Path projector(String name, long... shape) throws EngineException {
        Path file = folder.resolve("other.safetensors");
        TestLane.run(context -> {
            SafetensorsWriter.write(file, Map.of(name, context.scope().zeros(new Shape(shape))), Map.of());
            return true;
        });
        return file;
    }

    @Test
    void aLanguageModelInBf16StaysSo() throws Exception {
        TestLane.run(context -> {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            try (CheckpointReader reader = CheckpointReader.open(language.resolve("model.safetensors"))) {
                for (String name : reader.names()) {
                    tensors.put(name, Brain.rounded(reader.read(name, context.scope())));
                }
                SafetensorsWriter.write(folder.resolve("brain.safetensors"), tensors, Map.of());
            }
            return true;
        });
        Files.move(folder.resolve("brain.safetensors"), language.resolve("model.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        AssembleResult made = assemble(FRESH);
        String table = "language_model.model.embed_tokens.weight";
        TestLane.run(context -> {
            try (CheckpointReader whole = CheckpointReader.open(made.out());
                    CheckpointReader part = CheckpointReader.open(language.resolve("model.safetensors"))) {
                assertThat(whole.entry(table).type()).isEqualTo(DType.BF16);
                float[] longer = whole.read(table, context.scope()).toFloatArray();
                float[] given = part.read("model.embed_tokens.weight", context.scope()).toFloatArray();
                assertThat(longer).hasSizeGreaterThan(given.length).startsWith(given);
                for (int i = given.length; i < longer.length; i++) {
                    assertThat(longer[i]).as("an added row").isZero();
                }
            }
            return true;
        });
    }

    @Test
    void partsBecomeOneFolderThatOpensAsItWasTold() throws Exception {
        for (Projector projector : List.of(FRESH, Projector.fresh(Projector.LINEAR),
                Projector.trained(TakenApart.PROJECTOR))) {
            AssemblyPreview told = preview(projector);
            assertThat(told.fault()).isEmpty();
            assertThat(told.whole()).isTrue();
            AssembleResult made = assemble(projector);
            boolean two = !projector.equals(Projector.fresh(Projector.LINEAR));
            assertThat(made.fits()).extracting(AssembleResult.Fit::name).contains(
                    "multi_modal_projector.linear_1.weight", "language_model.model.embed_tokens.weight");
            assertThat(made.fits().stream().anyMatch(f -> f.name().equals("multi_modal_projector.linear_2.weight")))
                    .isEqualTo(two);
            assertThat(made.parameters()).isEqualTo(told.parameters());
            try (Stream<Path> files = Files.list(made.out())) {
                long bytes = 0;
                for (Path file : files.toList()) {
                    bytes += Files.size(file);
                }
                assertThat(told.bytes()).as("of the folder").isEqualTo(bytes);
            }
            TestLane.run(context -> {
                Loader.Loaded loaded = new Loader(Models.all()).load(made.out(), context.scope().newSubManager());
                assertThat(loaded.report().complete()).isTrue();
                NDArray words = loaded.model().module().weights().get("language_model.model.embed_tokens.weight").get();
                assertThat(words.getShape().get(0)).as("448 rows, two more, a multiple of 64").isEqualTo(512);
                assertThat(loaded.model().module().weights().containsKey("multi_modal_projector.linear_2.weight"))
                        .isEqualTo(two);
                return true;
            });
        }
    }

    @Test
    void aPreviewShowsWhatMustAgree() throws Exception {
        AssemblyPreview all = preview(FRESH);
        assertThat(all.checks()).extracting(Check::verdict).containsOnly(Verdict.AGREES);
        assertThat(said(check(all, "in").left())).isEqualTo("picture tower gives 32");
        assertThat(said(check(all, "out").right())).isEqualTo("language model takes 32");
        assertThat(said(check(all, "grid").left())).isEqualTo("28 pixels / 7 = 4 a side");
        assertThat(said(check(all, "grid").right())).isEqualTo("16 positions = 4 × 4");
        assertThat(said(check(all, "context").left())).isEqualTo("16 image tokens");
        assertThat(said(check(all, "context").right())).isEqualTo("context of 256");
        assertThat(said(check(all, "words").left())).isEqualTo("table of 448 words");
        assertThat(said(check(all, "image").left())).isEqualTo("ids 448 and 449");
        assertThat(said(check(all, "image").right())).isEqualTo("table grows to 512");
        assertThat(said(check(all, "tokenizer").left())).isEqualTo("tokenizer.model");
        assertThat(all.taken()).extracting(AssemblyPreview.Taken::from).containsExactly(Optional.of(vision),
                Optional.empty(), Optional.of(language));
    }

    /// What is not chosen yet is open, and what is chosen is shown already.
    @Test
    void aPreviewOfLessThanAll() throws Exception {
        AssemblyPreview none = Assembly.preview(new Parts(Optional.empty(), Optional.empty(), FRESH));
        assertThat(none.checks()).extracting(Check::verdict).containsOnly(Verdict.OPEN);
        assertThat(none.fault()).isEmpty();
        AssemblyPreview tower = Assembly.preview(new Parts(Optional.of(vision), Optional.empty(),
                Projector.trained(TakenApart.PROJECTOR)));
        assertThat(check(tower, "in").verdict()).isEqualTo(Verdict.AGREES);
        assertThat(check(tower, "between").verdict()).isEqualTo(Verdict.AGREES);
        assertThat(check(tower, "out").verdict()).isEqualTo(Verdict.OPEN);
        assertThat(check(tower, "tokenizer").verdict()).isEqualTo(Verdict.OPEN);
        assertThat(tower.whole()).isFalse();
    }

    @Test
    void aLanguageModelWithoutTokenizerIsRefused() throws Exception {
        Files.delete(language.resolve("tokenizer.model"));
        AssemblyPreview told = preview(FRESH);
        assertThat(check(told, "tokenizer").verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(told.fault().orElseThrow().key()).isEqualTo("checkpoint.assemble.tokenizer");
        assertThatThrownBy(() -> assemble(FRESH)).isInstanceOf(EngineException.class)
                .hasMessageContaining("tokenizer.model");
        assertThat(folder.resolve("made")).doesNotExist();
    }

    @Test
    void aProjectorOfAnotherWidthIsRefused() throws Exception {
        Projector other = Projector.trained(projector("model.mm_projector.0.weight", 48, 32));
        AssemblyPreview told = preview(other);
        assertThat(check(told, "in").verdict()).isEqualTo(Verdict.AGREES);
        assertThat(check(told, "out").verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(said(check(told, "out").left())).isEqualTo("projector gives 48");
        assertThatThrownBy(() -> assemble(other)).isInstanceOf(EngineException.class)
                .hasMessageContaining("(48, 32)").hasMessageContaining("(32, 32)");
        assertThat(folder.resolve("made")).doesNotExist();
    }

    @Test
    void whatIsNoPartIsNamed() throws Exception {
        Path none = projector("something.else", 4, 4);
        assertThatThrownBy(() -> preview(Projector.trained(none))).isInstanceOf(EngineException.class)
                .hasMessageContaining("mm_projector");
        assertThatThrownBy(() -> Assembly.preview(new Parts(Optional.of(language), Optional.of(vision), FRESH)))
                .isInstanceOf(EngineException.class).hasMessageContaining("vision_model.embeddings");
        assertThatThrownBy(() -> Assembly.preview(new Parts(Optional.empty(), Optional.of(vision), FRESH)))
                .isInstanceOf(EngineException.class).hasMessageContaining("embed_tokens");
    }

    /// Configurations that say something else than the weights, and a context that a picture fills.
    @Test
    void configurationsAreHeldAgainstWeights() throws Exception {
        Path config = vision.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"image_size\":28", "\"image_size\":56"));
        Path words = language.resolve("config.json");
        Files.writeString(words, Files.readString(words).replace("\"max_position_embeddings\":256",
                "\"max_position_embeddings\":16"));
        AssemblyPreview told = preview(FRESH);
        assertThat(check(told, "grid").verdict()).as("weights count").isEqualTo(Verdict.WARNS);
        assertThat(said(check(told, "grid").left())).isEqualTo("56 pixels / 7 = 8 a side");
        assertThat(check(told, "context").verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(told.fault().orElseThrow().key()).isEqualTo("checkpoint.assemble.context");
    }

    @Test
    void theFolderOfAPartIsNoPlaceForTheWhole() throws Exception {
        byte[] before = Files.readAllBytes(language.resolve("model.safetensors"));
        assertThatThrownBy(
                () -> TestLane.steps(new Assembly(new AssembleRequest(vision, language, FRESH, language, 0))))
                .isInstanceOf(EngineException.class).hasMessageContaining("overwritten");
        assertThat(Files.readAllBytes(language.resolve("model.safetensors"))).isEqualTo(before);
        assertThat(language).isDirectoryContaining("glob:**/tokenizer.model");
    }

    /// Cancelled after all is written but before it is in its place: nothing of it stays.
    @Test
    void whatIsCancelledLeavesNothing() throws Exception {
        Assembly assembly = new Assembly(new AssembleRequest(vision, language, FRESH,
                folder.resolve("deep").resolve("made"), 0));
        CompletableFuture<Job<AssembleResult>> job = new CompletableFuture<>();
        int[] pieces = new int[1];
        job.complete(TestLane.lane().submitSteps(Message.of("test.work"), Priority.BULK, context -> {
            Optional<AssembleResult> done = assembly.step(context);
            if (++pieces[0] == 2) {
                assertThat(folder.resolve("deep/made/.model.safetensors.part")).exists();
                job.join().cancel();
            }
            return done;
        }));
        assertThatThrownBy(() -> job.join().result().toCompletableFuture().join())
                .hasCauseInstanceOf(CancellationException.class);
        assertThat(pieces[0]).isEqualTo(2);
        assertThat(folder.resolve("deep")).doesNotExist();
        assertThat(language.resolve("model.safetensors")).exists();
    }
}
