package org.diptych.engine;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadReport;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunPairs;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.checkpoint.Sha256;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.OpenedSet;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.Outline;
import org.diptych.engine.train.Parts;
import org.diptych.engine.train.Branch;
import org.diptych.engine.train.PastRun;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.train.ProbeSet;
import org.diptych.engine.train.RunFolder;
import org.diptych.engine.train.RunLock;
import org.diptych.engine.train.RunLogFile;
import org.diptych.engine.train.RunStore;
import org.diptych.engine.train.TrainingSession;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Natives;
import org.diptych.engine.work.Priority;

/// Starts runs: a model instance of their own, its data, a folder, and provenance.
final class Teaching {
    static final String FRESH = "fresh:";
    private static final String BASE = "base:";
    private static final List<String> BESIDE = List.of(".json", ".txt", ".gz", ".model", ".spm");

    private final EngineLane lane;
    private final Shelf shelf;
    private final RunStore runs;
    private final Path data;
    private final Map<String, ModelCard> cards;
    private final OwnWords ownWords;
    private final Optional<Message> lacksBf16;

    /// @param lacksBf16 why the device cannot carry out a plan in mixed precision; empty where it can
    Teaching(EngineLane lane, Shelf shelf, RunStore runs, Path data, Map<String, ModelCard> cards,
            OwnWords ownWords, Optional<Message> lacksBf16) {
        this.lane = lane;
        this.shelf = shelf;
        this.runs = runs;
        this.data = data;
        this.cards = cards;
        this.ownWords = ownWords;
        this.lacksBf16 = lacksBf16;
    }

    /// @throws EngineException when the plan is not sound, or not for this device
    private void check(FineTunePlan plan) throws EngineException {
        PlanFile.check(plan);
        if (plan.mixed() && lacksBf16.isPresent()) {
            throw new EngineException("train.precision", lacksBf16.get());
        }
    }

    JobHandle<TrainingControl> fineTune(FineTunePlan plan, Optional<Path> folder) {
        return lane.submit(Message.of("train.job", plan.name()), Priority.INTERACTIVE, context -> {
            check(plan);
            FineTunePlan fitted = ownWords.fitted(plan);
            RunFolder run = folder.isPresent() ? new RunFolder(folder.get()) : runs.create(plan.model());
            return begin(fitted, run, false, RunLock.take(run, false));
        });
    }

    /// @param waits the run takes no step before a person has it go on
    JobHandle<TrainingControl> resume(Path folder, boolean waits) {
        return lane.submit(Message.of("train.job", folder.getFileName()), Priority.INTERACTIVE, context -> {
            RunFolder run = new RunFolder(folder);
            FineTunePlan plan = PlanFile.read(run.plan());
            check(plan);
            TrainingSession session = begin(plan, run, true, RunLock.take(run, true));
            if (waits) {
                session.pause();
            }
            return session;
        });
    }

    /// @param folder of the new run; one of its own in the store when left out
    JobHandle<TrainingControl> branch(Path from, FineTunePlan plan, Optional<Path> folder) {
        return lane.submit(Message.of("train.job", plan.name()), Priority.INTERACTIVE, context -> {
            check(plan);
            outline(plan); // what the plan names must be there before anything is written
            RunFolder run = folder.isPresent() ? new RunFolder(folder.get()) : runs.create(plan.model());
            RunLock lock = RunLock.take(run, false);
            try (NDManager now = lane.scopes().call()) {
                Optional<TrainingSession> here = runs.session(from).filter(TrainingSession::underWay);
                if (here.isPresent()) { // from the weights of this moment
                    here.get().save(now);
                }
                Branch.make(new RunFolder(from), run, plan, now);
            } catch (EngineException | RuntimeException e) {
                lock.close();
                throw e;
            }
            return begin(plan, run, true, lock);
        });
    }

    /// Opens a run to look at the pairs of its steps; one that is in memory is not opened a second time.
    JobHandle<RunPairs> pairs(Path folder) {
        return lane.submit(Message.of("batch.open.job", folder.getFileName()), Priority.INTERACTIVE, context -> {
            Optional<TrainingSession> here = runs.session(folder);
            if (here.isPresent()) {
                return here.get();
            }
            RunFolder run = new RunFolder(folder);
            FineTunePlan plan = PlanFile.read(run.plan());
            List<Dataset> data = datasets(plan.data(), run);
            Base base = base(plan, run, true);
            try {
                return PastRun.open(lane, run, plan, base.model, data.getFirst(), new Witnessing(base.model),
                        base.weights::close);
            } catch (EngineException | RuntimeException e) {
                base.weights.close();
                throw e;
            }
        });
    }

    /// Opens what a run began from as a model of its own, so that both can be asked the same.
    JobHandle<LoadedModel> base(Path folder) {
        return lane.submit(Message.of("train.former.job", folder.getFileName()), Priority.INTERACTIVE, context -> {
            String handle = BASE + folder.getFileName();
            if (shelf.has(handle)) {
                return shelf.get(handle).shown();
            }
            RunFolder run = new RunFolder(folder);
            FineTunePlan plan = PlanFile.read(run.plan());
            Base base = base(plan, run, true);
            try {
                String began = RunLogFile.read(folder).header().weights();
                if (!began.equals(base.digest)) {
                    throw new EngineException("train.former", run.id(), began, base.digest);
                }
                return shelf.put(new Shelf.Held(base.model,
                        Shelf.describe(base.model, cards.get(base.model.family()), handle, plan.name(),
                                folder.toString(), LoadedModel.Provenance.RUN, base.report),
                        base.weights)).shown();
            } catch (EngineException | RuntimeException e) {
                base.weights.close();
                throw e;
            }
        });
    }

    /// Begins a run, or goes on with the one in the folder. Called on the lane.
    TrainingSession carry(FineTunePlan plan, RunFolder run) throws EngineException {
        check(plan);
        boolean resumes = run.holdsRun();
        return begin(ownWords.fitted(plan), run, resumes, RunLock.take(run, resumes));
    }

    private record Base(VisionLanguageModel model, NDManager weights, LoadReport report, String digest) {
    }

    /// @param lock goes to the session; it is given back when none comes about
    private TrainingSession begin(FineTunePlan plan, RunFolder run, boolean resumes, RunLock lock)
            throws EngineException {
        try {
            return begun(plan, run, resumes, lock);
        } catch (EngineException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private TrainingSession begun(FineTunePlan plan, RunFolder run, boolean resumes, RunLock lock)
            throws EngineException {
        Base base = base(plan, run, resumes);
        String handle = "run:" + run.path().getFileName();
        RunLog.Header header = new RunLog.Header(run.path().getFileName().toString(),
                RunLog.Header.now(), plan,
                base.digest, lane.scopes().device().getDeviceType(), Natives.threads(), versions());
        TrainingSession session;
        try {
            List<Dataset> data = datasets(plan.data(), run);
            session = TrainingSession.start(lane, new TrainingSession.Start(plan, run, base.model, handle,
                    data.getFirst(), data.getLast(), header, outward(base.model), new Witnessing(base.model), resumes,
                    lock));
        } catch (EngineException | RuntimeException e) {
            base.weights.close();
            throw e;
        }
        shelf.put(new Shelf.Held(base.model,
                Shelf.describe(base.model, cards.get(base.model.family()), handle, plan.name(), run.path().toString(),
                        LoadedModel.Provenance.RUN, base.report),
                base.weights));
        runs.track(session);
        return session;
    }

    private Base base(FineTunePlan plan, RunFolder run, boolean resumes) throws EngineException {
        return plan.model().startsWith(FRESH) ? fresh(plan, run, resumes) : loaded(plan, run);
    }

    /// @return what a fresh model of the plan can be taught
    static List<Task> tasks(FineTunePlan plan) throws EngineException {
        return Objective.tasks(unset(plan));
    }

    /// @return a fresh model of the plan, without weights: to be asked what it is, not to compute
    static VisionLanguageModel unset(FineTunePlan plan) throws EngineException {
        return unset(plan, List.of());
    }

    private static VisionLanguageModel unset(FineTunePlan plan, List<String> words) throws EngineException {
        String id = plan.model().startsWith(FRESH) ? plan.model().substring(FRESH.length()) : plan.model();
        JsonObject config = FreshFiles.config(plan, words);
        return Models.named(id).orElseThrow(() -> new EngineException("train.family", id)).create(config,
                new ModelFiles(Optional.empty()));
    }

    /// @return what the plan would train of its model, of which no weight is read
    PlanOutline outline(FineTunePlan plan) throws EngineException {
        PlanFile.check(plan);
        if (plan.model().startsWith(FRESH)) {
            FineTunePlan fitted = looked(plan);
            return Outline.of(unset(fitted, words(fitted)), fitted);
        }
        Path source = Bundled.has(plan.model()) ? Bundled.folder(plan.model(), data) : Path.of(plan.model());
        return Outline.of(new Loader(Models.all()).outline(source), plan);
    }

    /// A set that cannot be read has no words and no regions; what is wrong with it is said when the run would start.
    private FineTunePlan looked(FineTunePlan plan) {
        try {
            return ownWords.fitted(plan);
        } catch (EngineException e) {
            return plan;
        }
    }

    private List<String> words(FineTunePlan plan) {
        try {
            return ownWords.looked(plan);
        } catch (EngineException e) {
            return List.of();
        }
    }

    /// @return the pairs that a run of the plan would be watched by
    static List<Moments.Pair> probe(FineTunePlan plan) throws EngineException {
        return ProbeSet.pairs(datasets(plan.data()).getLast());
    }

    private static NameMap outward(VisionLanguageModel model) throws EngineException {
        return Models.named(model.family()).orElseThrow()
                .outward(JsonParser.parseString(model.config()).getAsJsonObject());
    }

    static Map<String, String> versions() {
        return Map.of("diptych",
                Optional.ofNullable(Engine.class.getPackage().getImplementationVersion()).orElse("0.1.0"), "libtorch",
                Natives.version(), "java",
                Runtime.version().toString());
    }

    private Base loaded(FineTunePlan plan, RunFolder run) throws EngineException {
        Path source = Bundled.has(plan.model()) ? Bundled.folder(plan.model(), data) : Path.of(plan.model());
        NDManager weights = lane.scopes().weights();
        try {
            Loader.Loaded loaded = new Loader(Models.all()).load(source, weights);
            Path folder = Files.isDirectory(source) ? source : source.toAbsolutePath().getParent();
            copyBeside(folder, run.base());
            Path file = Files.isDirectory(source) && Files.exists(source.resolve("model.safetensors"))
                    ? source.resolve("model.safetensors")
                    : source;
            return new Base(loaded.model(), weights, loaded.report(), Files.isDirectory(file) ? "" : Sha256.of(file));
        } catch (EngineException | RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /// Tokenizer and preprocessor settings go with the run, so that weights that are kept make a whole folder.
    private static void copyBeside(Path from, Path to) throws EngineException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files
                    .filter(f -> Files.isRegularFile(f) && BESIDE.stream().anyMatch(f.toString()::endsWith)).toList()) {
                if (Files.size(file) < 64 << 20) {
                    SafeFile.write(to.resolve(file.getFileName().toString()), Files.readAllBytes(file));
                }
            }
        } catch (IOException e) {
            throw new EngineException(e, "file.write", to, String.valueOf(e.getMessage()));
        }
    }

    private Base fresh(FineTunePlan plan, RunFolder run, boolean resumes) throws EngineException {
        String id = plan.model().substring(FRESH.length());
        Family family = Models.named(id)
                .orElseThrow(() -> new EngineException("train.family", id));
        JsonObject config = FreshFiles.write(run.base(), plan,
                resumes ? FreshFiles.more(run.base(), plan) : OwnWords.of(plan));
        VisionLanguageModel model = family.create(config, new ModelFiles(Optional.of(run.base())));
        if (!(model instanceof Initialises initial)) {
            throw new EngineException("train.family", id);
        }
        NDManager weights = lane.scopes().weights();
        initial.initialise(weights, plan.seed());
        String digest = "random:" + plan.seed();
        for (Map.Entry<String, Map<String, String>> from : plan.startFrom().entrySet()) {
            digest += "+" + take(from.getKey(), from.getValue(), model, weights, plan.name());
        }
        initial.settle();
        long parameters = model.module().weights().values().stream().mapToLong(w -> w.shape().size()).sum();
        LoadReport report = new LoadReport("–", "–", List.of(), model.module().weights().size(), parameters,
                4 * parameters, Map.of(), List.of(), List.of(), Map.of(),
                List.of(), false);
        return new Base(model, weights, report, digest);
    }

    /// @return the mark of the file whose parts were taken
    private String take(String from, Map<String, String> rules, VisionLanguageModel model, NDManager weights,
            String where) throws EngineException {
        Path source = Bundled.has(from) ? Bundled.folder(from, data) : Path.of(from);
        try (NDManager temporary = lane.scopes().weights()) {
            Loader.Loaded loaded = new Loader(Models.all()).load(source, temporary);
            Parts.take(rules, loaded.model().module().weights(), model.module().weights(), weights, where);
        }
        return Sha256.of(Files.isDirectory(source) ? source.resolve("model.safetensors") : source);
    }

    /// @return what is learnt from, and what is kept for validation
    static List<Dataset> datasets(FineTunePlan.Data plan) throws EngineException {
        if (plan.source().equals("toybox")) {
            return List.of(new ToyboxDataset(plan, Split.TRAIN), new ToyboxDataset(plan, Split.VALIDATION));
        }
        return datasets(DataSets.open(Path.of(plan.source()), rows -> {
        }), plan);
    }

    /// @return the same for a run, which keeps the numbers that its examples had when it began
    private static List<Dataset> datasets(FineTunePlan.Data plan, RunFolder run) throws EngineException {
        if (plan.source().equals("toybox")) {
            return datasets(plan);
        }
        Optional<Set<String>> without = run.without();
        OpenedSet set = without.isPresent()
                ? DataSets.again(Path.of(plan.source()), without.get())
                : DataSets.open(Path.of(plan.source()), rows -> {
                });
        List<Dataset> out = datasets(set, plan);
        if (without.isEmpty()) {
            run.begin(set.without());
        }
        return out;
    }

    private static List<Dataset> datasets(OpenedSet set, FineTunePlan.Data plan) throws EngineException {
        return List.of(set.train(plan.train()), set.validation(plan.validation()));
    }
}
