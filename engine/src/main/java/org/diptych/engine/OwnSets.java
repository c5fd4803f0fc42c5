package org.diptych.engine;

import java.nio.file.Path;
import java.util.List;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataSet;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.InstructResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.api.Sets;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.OpenedSet;
import org.diptych.engine.data.SetWriter;
import org.diptych.engine.data.instruct.Instructing;
import org.diptych.engine.data.toybox.ToyboxSet;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// Works on sets beside the lane; no model has a part in it.
record OwnSets(EngineLane lane) implements Sets {
    @Override
    public JobHandle<SetReport> describe(Path source) {
        return lane.submitOffLane(Message.of("data.job.set", source), context -> open(source, context).report());
    }

    @Override
    public JobHandle<DataSet> read(Path source) {
        return lane.submitOffLane(Message.of("data.job.set", source), context -> {
            OpenedSet set = open(source, context);
            return new DataSet(set.report(), set.rows());
        });
    }

    private static OpenedSet open(Path source, JobContext context) throws EngineException {
        return DataSets.open(source, rows -> {
            context.checkCancelled();
            context.progress(Message.of("data.phase.rows"), rows, 0);
        });
    }

    @Override
    public JobHandle<DataSet> toybox(ToyboxRequest scenes, String language) {
        return lane.submitOffLane(Message.of("engine.job.toybox", scenes.count()),
                context -> ToyboxSet.of(scenes, language, context));
    }

    @Override
    public JobHandle<Picture> picture(DataSet set, DataRow row) {
        return lane.submitOffLane(Message.of("engine.job.picture", row.picture().getFileName()),
                context -> set.drawn().isEmpty()
                        ? Pictures.read(row.picture())
                        : ToyboxSet.picture(set.drawn().get(), row, context));
    }

    @Override
    public JobHandle<Path> save(Path folder, DataSet set) {
        return lane.submitOffLane(Message.of("engine.job.write", folder), context -> set.drawn().isPresent()
                ? ToyboxSet.save(folder, set, context)
                : SetWriter.write(folder, set.rows(), done -> {
                    context.checkCancelled();
                    context.progress(Message.of("data.phase.write"), done, set.rows().size());
                }));
    }

    @Override
    public JobHandle<InstructResult> instruct(InstructRequest request) {
        return lane.submitOffLane(Message.of("data.job.instruct"), context -> Instructing.run(request, context));
    }

    @Override
    public JobHandle<List<InstructRequest.Prompt>> prompts(InstructRequest request) {
        return lane.submitOffLane(Message.of("data.job.instruct"), context -> Instructing.prompts(request, context));
    }

    @Override
    public JobHandle<List<InstructRequest.Prompt>> prompts(InstructRequest request, List<DataRow> rows) {
        return lane.submitOffLane(Message.of("data.job.instruct"),
                context -> Instructing.prompts(request, rows, context));
    }
}
