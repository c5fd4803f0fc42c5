package org.diptych.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleResult;
import org.diptych.engine.api.AssemblyPreview;
import org.diptych.engine.api.BenchResult;
import org.diptych.engine.api.CaptionCleaning;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.CurvesRequest;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.EngineStatus;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.GenerateRequest;
import org.diptych.engine.api.Generation;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.MemoryNeed;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.MomentsRequest;
import org.diptych.engine.api.Note;
import org.diptych.engine.api.OverlayRequest;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.api.RateCurve;
import org.diptych.engine.api.RegionPlace;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunPairs;
import org.diptych.engine.api.Runs;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Sets;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.TasksRequest;
import org.diptych.engine.api.TimingRequest;
import org.diptych.engine.api.TimingResult;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.bench.Bench;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Assembly;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.regions.RegionFile;
import org.diptych.engine.curves.Coach;
import org.diptych.engine.curves.CurveFiles;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.ToyboxWriter;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.evaluate.Marks;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.models.Models;
import org.diptych.engine.pipeline.ResultFile;
import org.diptych.engine.session.Catalog;
import org.diptych.engine.train.MomentFolder;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.train.Rates;
import org.diptych.engine.train.RunStore;
import org.diptych.engine.work.Bf16;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Natives;
import org.diptych.engine.work.OnExit;
import org.diptych.engine.work.Priority;

/// Everything the program can do, in plain Java. Every method that takes time returns a [JobHandle] at once; the others are quick and safe from any
/// thread.
public final class Engine implements AutoCloseable {
    private final EngineLane lane;
    private final Path data;
    private final Map<String, ModelCard> cards = new LinkedHashMap<>();
    private final Shelf shelf = new Shelf();
    private final AtomicInteger files = new AtomicInteger();
    private final RunStore runs;
    private final Asking asking;
    private final Teaching teaching;
    private final Needs needs;
    private final Speaking speaking;
    private final Cleaning cleaning;
    private final Sets sets;
    private final Optional<Message> lacksBf16;

    private Engine(EngineLane lane, Path data, Optional<Message> lacksBf16) {
        this.lane = lane;
        this.lacksBf16 = lacksBf16;
        this.data = data;
        Catalog.read().forEach(card -> cards.put(card.id(), card));
        runs = new RunStore(data.resolve("runs"));
        asking = new Asking(lane, shelf);
        speaking = new Speaking(lane, shelf);
        OwnWords ownWords = new OwnWords();
        teaching = new Teaching(lane, shelf, runs, data, cards, ownWords, lacksBf16);
        needs = new Needs(lane, data, ownWords);
        cleaning = new Cleaning(lane, shelf);
        sets = new OwnSets(lane);
    }

    /// Loads the native engine; the first start on a machine unpacks it, which takes seconds. Call it off the window's thread.
    public static Engine start(EngineOptions options) throws EngineException {
        return start(options, () -> Bf16.lacking(Natives.device(options.device())));
    }

    /// As the other, with an answer to what the device is asked.
    ///
    /// @param lacksBf16 what [#lacksBf16] says; asked when the native engine is there
    public static Engine start(EngineOptions options, Supplier<Optional<Message>> lacksBf16) throws EngineException {
        Natives.configure(options);
        EngineLane lane;
        try {
            lane = new EngineLane(() -> Natives.load(options.device()));
        } catch (IllegalStateException e) {
            throw new EngineException(e, "work.native",
                    String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
                    options.data().resolve("native"));
        }
        if (options.device().equals("cuda") && Natives.gpus() == 0) {
            lane.close();
            throw new EngineException("work.cuda");
        }
        return new Engine(lane, options.data(), lacksBf16.get());
    }

    /// @return true when a start will not have to unpack the native library first
    public static boolean startsQuickly(EngineOptions options) {
        return Natives.unpacked(options);
    }

    /// @return the twelve families, oldest first
    public List<ModelCard> catalog() {
        return List.copyOf(cards.values());
    }

    /// @return true when this version can load the family
    public boolean implemented(String family) {
        return canLoad(family);
    }

    /// @return true when small weights of the family ship with the program
    public boolean bundled(String family) {
        return ships(family);
    }

    /// @return id of the small model that a first visit opens on: the oldest that ships and turns both pictures and texts into vectors
    public Optional<String> first() {
        return cards.values().stream()
                .filter(c -> bundled(c.id())
                        && c.capabilities().containsAll(List.of(Capability.ENCODES_IMAGE, Capability.ENCODES_TEXT)))
                .map(ModelCard::id).findFirst();
    }

    /// @return models in memory, first loaded first
    public List<LoadedModel> loaded() {
        return shelf.shown();
    }

    public JobHandle<LoadedModel> load(LoadRequest request) {
        return lane.submit(Message.of("engine.job.load", request.model()), Priority.INTERACTIVE, context -> {
            boolean ships = Bundled.has(request.model());
            if (ships && shelf.has(request.model())) {
                return shelf.get(request.model()).shown();
            }
            Path path = ships ? Bundled.folder(request.model(), data) : Path.of(request.model());
            NDManager weights = lane.scopes().weights();
            try {
                Loader.Loaded loaded = new Loader(Models.all()).keepingHalves().load(path, weights);
                ModelCard card = cards.get(loaded.family().id());
                String handle = ships ? request.model() : "file:" + files.incrementAndGet();
                String title = card.title() + " · " + (ships ? "Toybox" : path.getFileName());
                LoadedModel shown = Shelf.describe(loaded.model(), card, handle, title, path.toString(),
                        provenance(ships, path), loaded.report());
                return shelf.put(new Shelf.Held(loaded.model(), shown, weights)).shown();
            } catch (EngineException | RuntimeException e) {
                weights.close();
                throw e;
            }
        });
    }

    /// What opening a checkpoint will take, before anything of it is read. Needs no engine.
    ///
    /// @throws EngineException when there is no checkpoint, or none of a known model
    public static MemoryNeed need(LoadRequest request) throws EngineException {
        return new Loader(Models.all()).keepingHalves().need(Path.of(request.model()));
    }

    private static LoadedModel.Provenance provenance(boolean ships, Path path) {
        if (ships) {
            return LoadedModel.Provenance.TOYBOX;
        }
        return Files.exists(path.resolve("diptych.json")) ? LoadedModel.Provenance.RUN : LoadedModel.Provenance.FILE;
    }

    /// @return the handle that is free again
    public JobHandle<String> unload(String handle) {
        return lane.submit(Message.of("engine.job.unload"), Priority.INTERACTIVE, context -> {
            shelf.remove(handle);
            return handle;
        });
    }

    public JobHandle<InspectResult> inspect(InspectRequest request) {
        return asking.inspect(request);
    }

    public JobHandle<RelevanceResult> relevance(RelevanceRequest request) {
        return asking.relevance(request);
    }

    /// Lets a model write.
    ///
    /// @return its words while they come, and the job that yields the whole
    public Generation generate(GenerateRequest request) {
        return speaking.generate(request);
    }

    /// Measures where models spend a forward of the same picture and sentence. Models that read one of both alone have no say.
    public JobHandle<TimingResult> timing(TimingRequest request) {
        return asking.timing(request);
    }

    /// Shows each objective of a model on one input: what is hidden, what the model guesses, what it costs.
    public JobHandle<List<TaskView>> tasks(TasksRequest request) {
        return asking.tasks(request);
    }

    public JobHandle<ContrastResult> contrast(ContrastRequest request) {
        return asking.contrast(request);
    }

    /// @return true when a plan is committed by which a fresh model of the family can be taught
    public boolean teaches(String family) {
        return Bundled.hasPlan(family);
    }

    /// @return what a fresh model of the plan can be taught: its objectives fit the heads of its configuration
    /// @throws EngineException when the plan's configuration makes no model
    public List<Task> tasks(FineTunePlan plan) throws EngineException {
        return Teaching.tasks(plan);
    }

    /// Counts what a plan would train against all that its model has; nothing is trained, and no weight is read.
    public JobHandle<PlanOutline> outline(FineTunePlan plan) {
        return lane.submitOffLane(Message.of("train.outline", plan.name()), context -> teaching.outline(plan));
    }

    /// @return true for a file that begins like one of the forms in which pairs are read
    public static boolean holdsPairs(Path file) {
        return DataSets.holds(file);
    }

    /// @return true for a folder that looks, by the names in it, as if [Sets#describe] could read it
    public static boolean mayHoldPairs(Path folder) {
        return DataSets.mayHold(folder);
    }

    /// @return sets of pictures and texts: read, drawn, written, and made into instructions
    public Sets sets() {
        return sets;
    }

    /// Tells what a plan would take of the device's memory. A small model is tried with a few examples and thrown away; nothing is learnt.
    public JobHandle<PlanMemory> memory(FineTunePlan plan) {
        return needs.memory(plan);
    }

    /// @return the learning rate of the plan's steps
    public static RateCurve rates(FineTunePlan plan) {
        return Rates.curve(plan);
    }

    /// @return what can be set of the family's plan: the committed plan that made its small weights
    public FineTunePlan plan(String family) throws EngineException {
        return Bundled.plan(family);
    }

    /// @throws EngineException when the file is no sound plan
    public FineTunePlan readPlan(Path file) throws EngineException {
        return PlanFile.read(file);
    }

    /// @return the plan as its file would hold it
    public String planJson(FineTunePlan plan) {
        return PlanFile.json(plan);
    }

    /// @param json a plan as text
    /// @throws EngineException with the one fault that was found first
    public FineTunePlan parsePlan(String json) throws EngineException {
        return PlanFile.parse(json, "plan.json");
    }

    /// @param plan checked first; a fault in it fails the job with one clear message
    public JobHandle<TrainingControl> fineTune(FineTunePlan plan) {
        return teaching.fineTune(plan, Optional.empty());
    }

    /// As [#fineTune(FineTunePlan)], into a folder of the caller's choice.
    public JobHandle<TrainingControl> fineTune(FineTunePlan plan, Path run) {
        return teaching.fineTune(plan, Optional.of(run));
    }

    /// A new run from another one's last checkpoint on; the former stays as it is.
    ///
    /// @param plan of the same model, with more steps than the checkpoint has
    public JobHandle<TrainingControl> branch(String id, FineTunePlan plan) {
        return teaching.branch(runs.run(id).path(), plan, Optional.empty());
    }

    /// As [#branch(String, FineTunePlan)], between folders of the caller's choice.
    public JobHandle<TrainingControl> branch(Path from, FineTunePlan plan, Path run) {
        return teaching.branch(from, plan, Optional.of(run));
    }

    /// Goes on with a run that was interrupted, from its last checkpoint.
    public JobHandle<TrainingControl> resumeRun(String id) {
        return resumeRun(id, false);
    }

    /// As [#resumeRun(String)].
    ///
    /// @param waits it takes no step before a person has it go on
    public JobHandle<TrainingControl> resumeRun(String id, boolean waits) {
        return teaching.resume(runs.run(id).path(), waits);
    }

    /// @return a run whose steps' pairs can be looked at: the one in memory, or one that has ended, with the weights of its last checkpoint until [RunPairs#leave]
    public JobHandle<RunPairs> pairs(String id) {
        return teaching.pairs(runs.run(id).path());
    }

    /// As [#resumeRun(String)], for a run in any folder.
    public JobHandle<TrainingControl> resumeRun(Path run) {
        return teaching.resume(run, false);
    }

    /// Opens the weights that a run began from beside its own, to be asked the same; [#unload] frees them.
    ///
    /// @param run its folder, be it under way or ended
    /// @return a model of its own, whose handle is `base:` and the folder's name
    public JobHandle<LoadedModel> base(Path run) {
        return teaching.base(run);
    }

    /// @return the experiments that come with the program
    public static List<Experiment> experiments() throws EngineException {
        return Bundled.experiments();
    }

    /// @param named id of an experiment that comes with the program, or a file
    /// @throws EngineException when it is neither, or the file is no sound experiment
    public static Experiment experiment(String named) throws EngineException {
        return Bundled.experiment(named);
    }

    /// Carries an experiment out, or goes on with it. Its runs are found in its folder, not among [#runs].
    public ExperimentControl experiment(ExperimentRequest request) {
        return new Experimenting(request, lane, teaching, shelf);
    }

    /// @return the plan by which an arm's first run in that folder learns
    public static FineTunePlan experimentPlan(ExperimentRequest request, Experiment.Arm arm) {
        return ExperimentPieces.plan(request, arm);
    }

    /// @return what was measured into a folder so far
    public static Optional<ExperimentResult> experimentResult(Path folder) throws EngineException {
        return ResultFile.read(folder);
    }

    /// @return what this version measured of an experiment, where that comes with it
    public static Optional<ExperimentResult> experimentResult(String id) throws EngineException {
        return Bundled.result(id);
    }

    public Runs runs() {
        return runs;
    }

    /// @return the runs of a data folder, without an engine
    public static Runs runs(EngineOptions options) {
        return new RunStore(options.data().resolve("runs"));
    }

    /// What a run kept of its way, in any folder; without an engine.
    ///
    /// @param run folder of the run; one that keeps no moments has an empty list
    public static Moments moments(Path run) {
        return MomentFolder.of(run);
    }

    /// @return the pairs that a run of the plan would be watched by
    public JobHandle<List<Moments.Pair>> probe(FineTunePlan plan) {
        return lane.submitOffLane(Message.of("moments.probe.job"), context -> Teaching.probe(plan));
    }

    /// Writes a run's moments as an animation, or as a picture each.
    ///
    /// @return the file or folder written
    public JobHandle<Path> writeMoments(MomentsRequest request) {
        return lane.submitOffLane(Message.of("moments.write.job", request.out()),
                context -> MomentSheet.write(request, context));
    }

    /// @return what a run's numbers say; a long log takes some milliseconds, so not on the window's thread
    public static List<Note> notes(RunLog log) {
        return Coach.notes(log);
    }

    /// Writes curves, without an engine.
    ///
    /// @param runs finds the request's runs
    /// @return the file or folder written
    public static Path writeCurves(Runs runs, CurvesRequest request) throws EngineException {
        List<RunLog> logs = new ArrayList<>();
        for (String run : request.runs()) {
            logs.add(runs.log(run));
        }
        return CurveFiles.write(request, logs);
    }

    /// As [#writeCurves], of runs that need not lie in the store.
    ///
    /// @param logs of the request's runs, in its order
    /// @return the file or folder written
    public JobHandle<Path> curves(CurvesRequest request, List<RunLog> logs) {
        return lane.submitOffLane(Message.of("engine.job.write", request.out()),
                context -> CurveFiles.write(request, logs));
    }

    public JobHandle<EvaluateResult> evaluate(EvaluateRequest request) {
        Marks marks;
        try {
            marks = new Marks(() -> shelf.get(request.model()).model(), request);
        } catch (EngineException e) {
            return lane.submitOffLane(Message.of("engine.job.evaluate", request.data()), context -> {
                throw e;
            });
        }
        return lane.submitSteps(Message.of("engine.job.evaluate", request.data()), Priority.BULK, marks);
    }

    /// @return captions in doubt, cleaned as BLIP does (Li et al. 2022, section 3.3)
    public CaptionCleaning cleaning() {
        return cleaning;
    }

    public JobHandle<Path> toybox(ToyboxRequest request) {
        return lane.submitOffLane(Message.of("engine.job.toybox", request.count()),
                context -> ToyboxWriter.write(request, context));
    }

    /// Draws a Toybox scene; well under a millisecond at 64 pixels.
    ///
    /// @param world `aligned`, `loose` or `free`
    public Scene scene(long seed, int size, String world) {
        return Toybox.scene(seed, size, World.named(world));
    }

    public JobHandle<Picture> readPicture(Path file) {
        return lane.submitOffLane(Message.of("engine.job.picture", file.getFileName()), context -> Pictures.read(file));
    }

    /// Reads the regions of one picture from a file of region features: `.npz`, `.tsv` or `.npy`.
    public JobHandle<Regions> readRegions(RegionPlace place, Picture picture) {
        return lane.submitOffLane(Message.of("engine.job.picture", place.file().getFileName()),
                context -> RegionFile.read(place, picture, context::checkCancelled));
    }

    /// @return why no plan in mixed precision can be carried out on this device; empty where one can
    public Optional<Message> lacksBf16() {
        return lacksBf16;
    }

    public EngineStatus status() {
        Device device = lane.scopes().device();
        return new EngineStatus(device.isGpu() ? "CUDA " + device.getDeviceId() : "CPU", Natives.threads(),
                Natives.resident().orElse(0L),
                lane.scopes().arrays(), lane.queued());
    }

    /// Runs `action` when the process is asked to end (Ctrl+C), which waits for it.
    ///
    /// @return withdraws it
    public static Runnable onExit(Runnable action) {
        return new OnExit(action)::close;
    }

    /// @return the twelve families, without an engine
    public static List<ModelCard> cards() {
        return Catalog.read();
    }

    public static boolean canLoad(String family) {
        return Models.named(family).isPresent();
    }

    public static boolean ships(String family) {
        return Bundled.has(family);
    }

    public JobHandle<Path> writeOverlay(OverlayRequest request) {
        return lane.submitOffLane(Message.of("engine.job.write", request.out()), context -> Drawings.overlay(request));
    }

    /// Writes a similarity matrix as a picture, one square a pair.
    public JobHandle<Path> writeMatrix(ContrastResult result, Path file) {
        return lane.submitOffLane(Message.of("engine.job.write", file), context -> Drawings.matrix(result, file));
    }

    public JobHandle<Path> writePicture(Picture picture, Path file) {
        return lane.submitOffLane(Message.of("engine.job.write", file), context -> {
            Pictures.writePng(file, picture);
            return file;
        });
    }

    /// How fast a language model writes, held against what the memory gives.
    ///
    /// @param runs counted words
    public JobHandle<BenchResult> benchWriting(int runs) {
        return lane.submit(Message.of("engine.job.bench", ""), Priority.BULK,
                context -> new Bench(Models.named("clip").orElseThrow(), lane.scopes(), context, runs)
                        .writing(Models.named("llava").orElseThrow()));
    }

    /// A picture tower, a projector and a language model become one folder.
    public JobHandle<AssembleResult> assemble(AssembleRequest request) {
        return lane.submitSteps(Message.of("checkpoint.assemble.job", request.out()), Priority.BULK,
                new Assembly(request));
    }

    /// Says what would be put together and whether it fits, from configurations and tensor headers alone.
    public JobHandle<AssemblyPreview> assembly(AssembleRequest.Parts parts) {
        return lane.submitOffLane(Message.of("checkpoint.assemble.look"), context -> Assembly.preview(parts));
    }

    /// @param runs counted runs of each figure
    public JobHandle<BenchResult> bench(int runs) {
        return lane.submit(Message.of("engine.job.bench", ""), Priority.BULK,
                context -> new Bench(Models.named("clip").orElseThrow(), lane.scopes(), context, runs).all());
    }

    /// @param family id of a family with a plan, measured at its published base size
    /// @param batch  examples; empty for the size and batch of its plan
    /// @param runs   counted runs of each figure
    public JobHandle<BenchResult> bench(String family, OptionalInt batch, int runs) {
        return lane.submit(Message.of("engine.job.bench", family), Priority.BULK, context -> {
            Family one = Models.named(family).filter(f -> batch.isEmpty() || Bench.hasPreset(f.id()))
                    .orElseThrow(() -> new EngineException("engine.bench.family", family));
            Bench bench = new Bench(Models.named("clip").orElseThrow(), lane.scopes(), context, runs);
            return batch.isPresent()
                    ? bench.base(one, Bundled.plan(family), batch.getAsInt())
                    : bench.small(one, Bundled.plan(family));
        });
    }

    @Override
    public void close() {
        lane.close();
    }
}
