package org.diptych.engine.pipeline;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataRow.Part;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.SetWriter;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.work.JobContext;

/// Pairs that an experiment makes, in a folder: `made.json` says what they are made by, `set/` is what training reads, there once all is done.
public record MadeSet(Path folder) {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final String FILE = "captions.jsonl";

    private Path made() {
        return folder.resolve("made.json");
    }

    /// @return the folder that a plan learns from
    public Path set() {
        return folder.resolve("set");
    }

    /// @return true when it is made
    /// @throws EngineException when the folder was begun for other pairs
    public boolean finished(Experiment.Source source) throws EngineException {
        Path file = made();
        try {
            if (Files.exists(file) && !Files.readString(file).equals(json(source))) {
                throw new EngineException("experiments.pairs", folder);
            }
        } catch (IOException e) {
            throw new EngineException(e, "data.unreadable", file, String.valueOf(e.getMessage()));
        }
        return Files.exists(set().resolve(FILE));
    }

    /// What decides about the pairs, but for plans, which lie in the folders of their runs.
    private static String json(Experiment.Source source) {
        Map<String, Object> out = new LinkedHashMap<>();
        switch (source) {
            case Experiment.Drawn drawn -> {
                out.put("toybox", drawn.data());
                out.put("first", drawn.first());
            }
            case Experiment.Cleaned cleaned -> {
                out.put("pairs", cleaned.pairs());
                out.put("top_p", cleaned.topP());
                out.put("least", cleaned.least());
                out.put("most", cleaned.most());
                out.put("threshold", cleaned.threshold());
            }
        }
        return GSON.toJson(out) + "\n";
    }

    /// Draws Toybox pairs, with their pictures as files.
    public MadeSet draw(Experiment.Drawn drawn, JobContext context) throws EngineException {
        SafeFile.write(made(), json(drawn));
        Path pictures = folder.resolve("pictures");
        List<DataRow> rows = new ArrayList<>();
        for (Part part : List.of(Part.TRAIN, Part.VALIDATION)) {
            Dataset pairs = part == Part.TRAIN
                    ? new ToyboxDataset(drawn.data(), Split.TRAIN, drawn.first())
                    : new ToyboxDataset(drawn.data(), Split.VALIDATION);
            int before = rows.size();
            rows.addAll(SetWriter.draw(pictures, before, pairs, part, done -> {
                context.checkCancelled();
                context.progress(Message.of("experiments.set.drawn"), before + done, total(drawn));
            }));
        }
        SetWriter.write(set(), rows, done -> context.checkCancelled());
        return this;
    }

    /// @return pairs that are drawn
    public static long total(Experiment.Drawn drawn) {
        return drawn.data().train() + (long) drawn.data().validation();
    }

    /// Begins to clean what was drawn, or goes on.
    ///
    /// @return folder of the pairs whose captions are in doubt: none of those kept for validation
    public Path doubtful(Experiment.Cleaned cleaned, MadeSet drawn) throws EngineException {
        Path pairs = folder.resolve("pairs");
        SafeFile.write(made(), json(cleaned));
        if (!Files.exists(pairs.resolve(FILE))) {
            SetWriter.write(pairs, drawn.rows(Part.TRAIN), done -> {
            });
        }
        return pairs;
    }

    /// Gathers what captioning and filtering in this folder has kept, and what was drawn for validation.
    public MadeSet gather(MadeSet drawn) throws EngineException {
        List<DataRow> doubtful = drawn.rows(Part.TRAIN);
        List<DataRow> rows = new ArrayList<>();
        for (CaptionDecision decision : CleanedSet.decisions(folder)) {
            if (decision.keep()) {
                DataRow row = doubtful.get(decision.pair()); // what it knows to be wrong is the caption that was found
                rows.add(decision.source() == CaptionDecision.Source.WEB
                        ? row
                        : new DataRow(row.at(), row.picture(), row.part(), decision.caption(), true, row.boxes(),
                                row.turns()));
            }
        }
        rows.addAll(drawn.rows(Part.VALIDATION));
        SetWriter.write(set(), rows, done -> {
        });
        return this;
    }

    private List<DataRow> rows(Part part) throws EngineException {
        return DataSets.open(set(), read -> {
        }).rows().stream().filter(row -> row.part() == part).toList();
    }
}
