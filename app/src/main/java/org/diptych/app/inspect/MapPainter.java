package org.diptych.app.inspect;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Startup;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.Tokens;

/// Draws what is chosen onto both panels, with words for what is drawn: nothing here asks the engine, so a hover or a drag costs a copy of a row.
final class MapPainter {
    private final I18n i18n;
    private final InspectModel model;
    private final InspectController controller;
    private final PicturePanel picture;
    private final WordsPanel words;

    MapPainter(I18n i18n, InspectModel model, InspectController controller, PicturePanel picture, WordsPanel words) {
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        this.picture = picture;
        this.words = words;
        model.result.subscribe(r -> draw());
        model.relevance.subscribe(r -> draw());
        model.method.subscribe(m -> draw());
        model.layer.subscribe(l -> draw());
        model.head.subscribe(h -> draw());
        model.site.subscribe(s -> draw());
        model.patch.subscribe(p -> draw());
        model.query.subscribe(q -> draw());
        model.words.subscribe(w -> draw());
        i18n.textsProperty().subscribe(t -> draw());
    }

    private void draw() {
        Optional<InspectResult> result = model.result.get();
        if (result.isEmpty()) {
            picture.clear("");
            words.bars(new float[0], "", v -> "");
        } else if (model.method.get().isPresent() && controller.score().isEmpty()) {
            picture.clear(i18n.get(controller.fills() ? "inspect.map.word" : "inspect.map.none"));
            drawBars(result.get());
        } else if (model.method.get().isPresent()) {
            model.relevance.get().ifPresent(r -> drawRelevance(result.get(), r));
        } else {
            Reading.picture(result.get().trace(), model.site.get(), model.layer.get(), model.head.get(),
                    model.choice()).ifPresentOrElse(r -> drawAttention(result.get(), r), () -> picture.clear(""));
            drawBars(result.get());
        }
    }

    private void drawRelevance(InspectResult result, RelevanceResult relevance) {
        Tokens read = relevance.read();
        boolean whole = read.text().equals(result.tokens().text());
        String asked = i18n.get(whole ? "inspect.asked.whole" : "inspect.asked.words", read.text());
        String method = i18n.get(
                "inspect.method." + model.method.get().orElseThrow().name().toLowerCase(Locale.ROOT));
        Range range = Range.of(relevance.values());
        Startup.reached(Startup.Point.EXAMPLE);
        picture.show(new PicturePanel.Shown(relevance.picture(), relevance.values(), relevance.view(),
                relevance.regions(), range, i18n.get("inspect.map.relevance", explained(asked), method),
                (place, value) -> i18n.get("inspect.readout.relevance.at", place(relevance.picture(), place),
                        ScaleBar.number(value), ScaleBar.number(range.low()), ScaleBar.number(range.high()))));
        if (whole && relevance.tokens().length == result.tokens().size()) {
            words.bars(relevance.tokens(), i18n.get("inspect.bars.relevance", method),
                    v -> i18n.get("inspect.bar.relevance", ScaleBar.number(v)));
        } else {
            drawBars(result);
        }
    }

    private void drawAttention(InspectResult result, Reading reading) {
        Reading.Seen seen = reading.picture().orElseThrow();
        String asker = asker(result, reading);
        picture.show(new PicturePanel.Shown(seen.over(), seen.values(), result.view(), result.regions(),
                Range.of(seen.values()),
                i18n.get(reading.inverse() ? "inspect.map.inverse" : "inspect.map.attention", asker,
                        reading.layer() + 1, head(reading.head())),
                (place, value) -> i18n.get("inspect.readout.attention.at", place(seen.over(), place), percent(value),
                        asker)));
    }

    private void drawBars(InspectResult result) {
        Optional<Reading> reading = Reading.words(result.trace(), model.site.get(), model.layer.get(),
                model.head.get(), model.choice());
        if (reading.isEmpty()) {
            words.bars(new float[0], "", v -> "");
            return;
        }
        Reading r = reading.get();
        String asker = asker(result, r);
        words.bars(Arrays.copyOf(r.words().orElseThrow(), result.tokens().size()),
                i18n.get(r.inverse() ? "inspect.bars.inverse" : "inspect.bars.attention", asker, r.layer() + 1,
                        head(r.head())),
                v -> i18n.get("inspect.bar.attention", percent(v), asker));
    }

    /// A patch or box by its name.
    private String place(Axis over, int index) {
        Optional<String> label = model.result.get().flatMap(InspectResult::regions).map(Regions::labels)
                .filter(l -> index < l.size()).map(l -> l.get(index));
        return over instanceof Axis.Patches grid
                ? i18n.get("inspect.place.patch", index / grid.cols() + 1, index % grid.cols() + 1)
                : label.isPresent()
                        ? i18n.get("inspect.place.box.named", index + 1, picture.label(label.get()))
                        : i18n.get("inspect.place.box", index + 1);
    }

    /// What the score was: of these words, an answer, or a word that was masked.
    private String explained(String asked) {
        String what = explainedScore(asked);
        return controller.explainedQuery().isPresent()
                ? i18n.get("inspect.asked.by.query", what, controller.explainedQuery().getAsInt() + 1)
                : what;
    }

    private String explainedScore(String asked) {
        return switch (model.score.get()) {
            case Score.Match match -> asked;
            case Score.Similarity similarity -> i18n.get("inspect.asked.similarity", asked);
            case Score.Answer answer -> i18n.get("inspect.asked.answer", answer.name());
            case Score.Next next -> i18n.get("inspect.asked.next", next.word());
            case Score.Word word -> i18n.get("inspect.asked.masked",
                    model.result.get().map(r -> r.tokens().tokens()).filter(t -> word.token() < t.size())
                            .map(t -> t.get(word.token()).string()).orElse(""));
        };
    }

    private String asker(InspectResult result, Reading reading) {
        return switch (reading.asker()) {
            case WORDS -> i18n.get("inspect.asked.words", said(result.tokens()));
            case PATCH -> place(result.regions().isPresent()
                    ? new Axis.Boxes(result.regions().get().boxes().size(), 0)
                    : result.patches().orElseThrow(), model.patch.get().orElseThrow());
            case QUERY -> i18n.get("inspect.asked.query", model.query.get().orElseThrow() + 1);
            case WHOLE -> i18n.get("inspect.asked.summary");
        };
    }

    private String said(Tokens tokens) {
        int first = Math.min(model.words.get().orElseThrow().first(), tokens.size() - 1);
        int last = Math.min(model.words.get().orElseThrow().last(), tokens.size() - 1);
        int start = tokens.tokens().get(first).start();
        int end = tokens.tokens().get(last).end();
        return start >= 0 && end > start
                ? tokens.text().substring(start, end)
                : tokens.tokens().get(first).string();
    }

    private String head(int head) {
        return head == AttentionTrace.HEAD_MEAN
                ? i18n.get("inspect.head.mean")
                : head == AttentionTrace.HEAD_MAX
                        ? i18n.get("inspect.head.max")
                        : i18n.get("inspect.head.one", head + 1);
    }

    private static String percent(float share) {
        double percent = 100 * share;
        return String.format(Locale.ROOT, percent >= 10 ? "%.0f" : "%.1f", percent);
    }
}
