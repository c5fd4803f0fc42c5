package org.diptych.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.MomentsRequest;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Texts;
import org.diptych.engine.image.Animation;
import org.diptych.engine.image.Overlay;
import org.diptych.engine.image.PatchGrid;
import org.diptych.engine.image.Pen;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.image.RasterSheet;
import org.diptych.engine.train.MomentFolder;
import org.diptych.engine.train.RunLogFile;
import org.diptych.engine.work.JobContext;

/// Draws moments of a run, one a sheet.
final class MomentSheet {
    private static final int WIDTH = 420;
    private static final int HEIGHT = 306;
    private static final double EDGE = 12;
    private static final double SIDE = 192;
    private static final double TOP = 46;
    private static final double LINE = 17;
    private static final double SMALL = 10.5;
    private static final int ACCENT = 0x2f6fde;
    /// Cells a side in which boxes are drawn.
    private static final int SPREAD = 96;
    private static final double OPACITY = 0.7;
    private static final int LAST = 3;

    private final MomentsRequest request;
    private final Texts texts;
    private final RunLog.Header header;
    private final Moments.Pair pair;

    private MomentSheet(MomentsRequest request, RunLog.Header header, Moments.Pair pair) {
        this.request = request;
        this.texts = Texts.of(Locale.of(request.language()));
        this.header = header;
        this.pair = pair;
    }

    /// What a drawing of a frame throws through an interface that knows no checked exceptions.
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient EngineException told;

        Failed(EngineException told) {
            super(told);
            this.told = told;
        }
    }

    static Path write(MomentsRequest request, JobContext context) throws EngineException {
        Moments moments = MomentFolder.of(request.run());
        List<Moments.Mark> marks = moments.list();
        if (marks.isEmpty()) {
            throw new EngineException("moments.nothing", request.run());
        }
        List<Moments.Pair> pairs = moments.pairs();
        int number = request.pair() >= 0
                ? request.pair()
                : moments.read(marks.getLast().step()).pairs().stream().mapToInt(Moment.Seen::pair).findFirst()
                        .orElse(0);
        if (number >= pairs.size()) {
            throw new EngineException("moments.pair", number + 1, pairs.size());
        }
        if (!pairs.get(number).caption().contains(request.word())) {
            throw new EngineException("moments.word", request.word(), pairs.get(number).caption());
        }
        MomentSheet sheet = new MomentSheet(request, RunLogFile.read(request.run()).header(), pairs.get(number));
        if (!request.out().toString().toLowerCase(Locale.ROOT).endsWith(".gif")) {
            for (int i = 0; i < marks.size(); i++) {
                progress(context, i, marks.size());
                Pictures.writePng(request.out().resolve(String.format(Locale.ROOT, "moment-%08d.png",
                        marks.get(i).step())), sheet.draw(moments.read(marks.get(i).step())));
            }
            return request.out();
        }
        List<Integer> millis = new ArrayList<>();
        for (int i = 0; i < marks.size(); i++) {
            millis.add(request.millis() * (i == marks.size() - 1 ? LAST : 1));
        }
        try {
            Animation.write(request.out(), marks.size(), i -> {
                progress(context, i, marks.size());
                try {
                    return sheet.draw(moments.read(marks.get(i).step()));
                } catch (EngineException e) {
                    throw new Failed(e);
                }
            }, millis);
        } catch (Failed e) {
            throw e.told;
        }
        return request.out();
    }

    private static void progress(JobContext context, int done, int total) {
        context.checkCancelled();
        context.progress(Message.of("moments.write.phase"), done, total);
    }

    private Picture draw(Moment moment) {
        int ground = request.dark() ? 0x0d1117 : 0xffffff;
        int ink = request.dark() ? 0xc9d1d9 : 0x24292f;
        int muted = request.dark() ? 0x8b949e : 0x57606a;
        RasterSheet sheet = new RasterSheet(WIDTH, HEIGHT, ground);
        sheet.text(EDGE, 22, texts.get("moments.step", moment.step(), header.plan().steps()), 14, ink,
                Pen.Align.START);
        if (moment.temperature().isPresent()) {
            sheet.text(WIDTH - EDGE, 22, texts.get("moments.temperature", number(moment.temperature().getAsDouble())),
                    SMALL, muted, Pen.Align.END);
        }
        double done = (WIDTH - 2 * EDGE) * Math.min(1.0, (double) moment.step() / header.plan().steps());
        sheet.fill(EDGE, 32, WIDTH - 2 * EDGE, 3, ColorMap.mix(ground, muted, 0.3));
        sheet.fill(EDGE, 32, done, 3, ACCENT);
        Optional<Moment.Seen> seen = moment.pair(pair.number());
        sheet.picture(seen.flatMap(this::asked).map(this::over).orElse(pair.picture()), EDGE, TOP, SIDE, SIDE, true);
        double right = WIDTH - EDGE - SIDE;
        if (moment.matrix().isPresent()) {
            RunLog.Snapshot m = moment.matrix().get();
            sheet.picture(new Overlay(ColorMap.of("viridis"), 1, false).table(m.similarity(), m.n(), m.n(), 1), right,
                    TOP, SIDE, SIDE, false);
        } else {
            sheet.text(right + SIDE / 2, TOP + SIDE / 2, texts.get("moments.matrix.none"), SMALL, muted,
                    Pen.Align.MIDDLE);
        }
        double y = TOP + SIDE + LINE;
        String word = request.word().isEmpty() ? "" : texts.get("moments.word.of", request.word()) + "  ";
        y = line(sheet, y, word + pair.caption(), ink);
        if (seen.isPresent() && seen.get().written().isPresent()) {
            String said = seen.get().written().get();
            y = line(sheet, y, seen.get().asked()
                    ? texts.get("moments.answers", pair.question(), said)
                    : texts.get("moments.writes", said), ink);
        }
        if (seen.isPresent() && seen.get().imageRank() > 0) {
            line(sheet, y, texts.get("moments.ranks", seen.get().imageRank(), seen.get().textRank(),
                    moment.matrix().map(RunLog.Snapshot::n).orElse(0)), muted);
        }
        return sheet.picture("step " + moment.step());
    }

    /// A text that is too long loses its end.
    private static double line(RasterSheet sheet, double y, String text, int rgb) {
        String shown = text;
        while (sheet.width(shown, SMALL) > WIDTH - 2 * EDGE) {
            shown = shown.substring(0, shown.length() - (shown.endsWith("…") ? 2 : 1)) + "…";
        }
        sheet.text(EDGE, y, shown, SMALL, rgb, Pen.Align.START);
        return y + LINE;
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private Optional<Moment.Sight> asked(Moment.Seen seen) {
        return request.word().isEmpty()
                ? seen.maps().stream().findFirst()
                : seen.maps().stream().skip(1).filter(
                        m -> pair.caption().substring(m.start(), m.end()).equals(request.word())).findFirst();
    }

    private Picture over(Moment.Sight sight) {
        Overlay overlay = new Overlay(ColorMap.of(ColorMap.IDS.getFirst()), OPACITY, sight.rows() > 0);
        return sight.rows() > 0
                ? overlay.draw(pair.picture(), sight.values(), new PatchGrid(sight.rows(), sight.cols(), sight.view()))
                : overlay.draw(pair.picture(),
                        Regions.spread(sight.boxes(), sight.values(), sight.view(), SPREAD, SPREAD),
                        new PatchGrid(SPREAD, SPREAD, sight.view()));
    }
}
