package org.diptych.engine.data.toybox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataSet;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.data.SetWriter;
import org.diptych.engine.work.JobContext;

/// The scenes that [ToyboxWriter] writes as a set to look through: their texts at once, each picture when it is asked for. A row's picture is named as it will be called once it is written.
public final class ToyboxSet {
    private static final int VALIDATION_EVERY = 5;
    private static final int EVERY = 500;

    private ToyboxSet() {
    }

    /// @param request  of which `out` means nothing
    /// @param language of the captions, `en` or `zh`
    /// @return every fifth scene for validation, as a folder of them is read that does not say
    /// @throws EngineException when the request asks for what cannot be drawn
    public static DataSet of(ToyboxRequest request, String language, JobContext context) throws EngineException {
        ToyboxWriter scenes = ToyboxWriter.of(request, context);
        Path place = Path.of(String.format(Locale.ROOT, "toybox-%s-%d-%d", request.world(), request.seed(),
                request.size()));
        List<DataRow> rows = new ArrayList<>();
        for (int i = 0; i < request.count(); i++) {
            if (i % EVERY == 0) {
                context.checkCancelled();
                context.progress(Message.of("data.job.texts", request.count()), i, request.count());
            }
            rows.add(new DataRow(i + 1, place.resolve(ToyboxWriter.image(i)),
                    i % VALIDATION_EVERY == VALIDATION_EVERY - 1 ? DataRow.Part.VALIDATION : DataRow.Part.TRAIN,
                    scenes.caption(i, language.equals("zh")), scenes.right(i), List.of(), List.of()));
        }
        int kept = request.count() / VALIDATION_EVERY;
        return new DataSet(new SetReport(place, "data.format.toybox", request.count() - kept, kept, 0, 0, 0, List.of()),
                rows, Optional.of(request));
    }

    /// @param row of such a set
    public static Picture picture(ToyboxRequest request, DataRow row, JobContext context) throws EngineException {
        return ToyboxWriter.of(request, context).picture(row.at() - 1);
    }

    /// Writes the set as a folder of one's own: the pictures, the captions as they are now, and all that is true of the scenes.
    ///
    /// @param folder not there yet, or empty
    /// @return the folder
    /// @throws EngineException when something lies there already, or it cannot be written; then nothing is left of it
    public static Path save(Path folder, DataSet set, JobContext context) throws EngineException {
        ToyboxRequest r = set.drawn().orElseThrow();
        ToyboxWriter scenes = ToyboxWriter.of(
                new ToyboxRequest(r.count(), r.seed(), r.size(), r.world(), r.noise(), folder), context);
        List<DataRow> rows = set.rows().stream().map(row -> new DataRow(row.at(),
                folder.resolve(ToyboxWriter.image(row.at() - 1)), row.part(), row.caption(), row.right(), row.boxes(),
                row.turns())).toList();
        return SetWriter.write(folder, rows, done -> context.checkCancelled(), () -> {
            scenes.pictures();
            scenes.texts();
        });
    }
}
