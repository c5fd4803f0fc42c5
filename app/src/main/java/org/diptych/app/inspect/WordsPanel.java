package org.diptych.app.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RelevanceMethod;

/// The right panel: the sentence, its words with bars, the scores, and what the picture is to show.
final class WordsPanel extends VBox {
    /// More buttons than this say nothing; the grid below has them all.
    private static final int MOST_HEADS = 32;

    private final I18n i18n;
    private final InspectModel model;
    private final InspectController controller;
    private final TokenStrip words = new TokenStrip();
    private final TextField sentence = new TextField();
    private final HBox skeleton = Ui.row(12);
    private final Label caption = Ui.wrapped(Ui.styled(new Label(), "small", "muted"));
    private final Label scores = Ui.wrapped(new Label());
    private final Label notes = Ui.wrapped(Ui.styled(new Label(), "badge", "warn"));
    private final Segments<Optional<RelevanceMethod>> methods;
    private final Segments<Integer> heads;
    private final Segments<Optional<Integer>> queries;
    private final Slider layer = new Slider(1, 1, 1);

    WordsPanel(I18n i18n, InspectModel model, InspectController controller) {
        super(10);
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        getStyleClass().add("panel");
        words.setId("inspect-words");
        words.accessibleTextProperty().bind(i18n.text("inspect.words"));
        words.selectionProperty().bindBidirectional(model.words);
        for (int width : new int[]{24, 56, 40, 72, 48}) {
            Region word = Ui.styled(new Region(), "skeleton");
            word.setMinSize(width, 24);
            skeleton.getChildren().add(word);
        }
        caption.setId("inspect-bars-caption");
        scores.setId("inspect-scores");
        methods = new Segments<>(model.method);
        methods.setId("inspect-methods");
        heads = new Segments<>(model.head);
        heads.setId("inspect-head");
        queries = new Segments<>(model.query);
        queries.setId("inspect-queries");
        getChildren().addAll(sentence(), skeleton, words, caption, hint(), scores, notes,
                new ScoreChooser(i18n, model, controller),
                methods, queries, layer(), heads);
        model.result.subscribe(this::show);
        i18n.textsProperty().subscribe(t -> model.result.get().ifPresent(this::say));
        model.site.subscribe(s -> fillHeads());
        model.score.subscribe(s -> fillMethods());
    }

    /// Puts the cursor into the sentence.
    void write() {
        sentence.requestFocus();
        sentence.selectAll();
    }

    private TextField sentence() {
        sentence.setId("inspect-text");
        sentence.promptTextProperty().bind(i18n.text("inspect.text.prompt"));
        sentence.accessibleTextProperty().bind(i18n.text("inspect.text.prompt"));
        model.text.subscribe(sentence::setText);
        sentence.setOnAction(e -> {
            controller.say(sentence.getText());
            words.requestFocus(); // so that the arrows walk the words, and undo takes back the sentence
        });
        sentence.focusedProperty().subscribe(focused -> {
            if (!focused) {
                controller.say(sentence.getText());
            }
        });
        return sentence;
    }

    private Label hint() {
        Label hint = Ui.styled(new Label(), "badge", "note");
        hint.setId("inspect-hint");
        hint.textProperty().bind(i18n.compute(() -> model.hint.get() == InspectModel.Hint.NONE
                ? ""
                : i18n.get("inspect.hint." + model.hint.get().name().toLowerCase(Locale.ROOT)), model.hint));
        model.hint.subscribe(shown -> Ui.show(hint, shown != InspectModel.Hint.NONE));
        return hint;
    }

    private HBox layer() {
        layer.setBlockIncrement(1);
        layer.setMajorTickUnit(1);
        layer.setMinorTickCount(0);
        layer.setSnapToTicks(true);
        layer.setId("inspect-layer");
        layer.setPrefWidth(160);
        layer.accessibleTextProperty().bind(i18n.text("inspect.layer.which"));
        layer.valueProperty().subscribe((old, now) -> model.layer.set((int) Math.round(now.doubleValue()) - 1));
        model.layer.subscribe(v -> {
            if (Math.round(layer.getValue()) != v.intValue() + 1) {
                layer.setValue(v.intValue() + 1);
            }
        });
        Label label = new Label();
        label.setMinWidth(Region.USE_PREF_SIZE);
        label.textProperty()
                .bind(i18n.compute(() -> i18n.get("inspect.layer", model.layer.get() + 1, (int) layer.getMax()),
                        model.layer, layer.maxProperty()));
        return Ui.row(12, label, layer);
    }

    private void show(Optional<InspectResult> result) {
        Ui.show(skeleton, result.isEmpty());
        Ui.show(words, result.isPresent());
        result.ifPresent(r -> {
            words.setTokens(r.tokens());
            say(r);
        });
        Ui.show(scores, result.isPresent());
        Ui.show(notes, result.isPresent() && !result.get().notes().isEmpty());
        fillMethods();
        fillQueries();
        fillHeads();
    }

    /// Scores and notes in the language of this moment.
    private void say(InspectResult result) {
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, Double> score : result.scores().entrySet()) {
            String key = "inspect.score." + score.getKey();
            String value = String.format(Locale.ROOT, "%.3f", score.getValue());
            parts.add(i18n.texts().has(key) ? i18n.get(key, value) : score.getKey() + " " + value);
        }
        if (!result.answers().isEmpty()) {
            parts.add(i18n.get("inspect.answers", guesses(result.answers())));
        }
        if (!result.next().isEmpty()) {
            parts.add(i18n.get("inspect.next", guesses(result.next())));
        }
        result.fills().forEach((place, words) -> parts.add(i18n.get("inspect.fills", place, guesses(words))));
        scores.setText(String.join("     ", parts));
        scores.setTooltip(i18n.tooltip("inspect.score.why"));
        List<String> said = new ArrayList<>();
        for (Message note : result.notes()) {
            said.add(i18n.texts().get(note));
        }
        notes.setText(String.join("\n", said));
    }

    private static String guesses(List<Guess> guesses) {
        return guesses.stream().map(g -> String.format(Locale.ROOT, "%s %.0f %%", g.name(), 100 * g.probability()))
                .collect(java.util.stream.Collectors.joining(", "));
    }

    private void fillMethods() {
        methods.show(Stream.concat(Stream.of(Optional.<RelevanceMethod>empty()),
                controller.methods().stream().map(Optional::of)).toList(), method -> {
                    String key = "inspect.method."
                            + method.map(m -> m.name().toLowerCase(Locale.ROOT)).orElse("attention");
                    ToggleButton button = Ui.toggle(i18n, key);
                    button.setId("inspect-method-" + method.map(m -> m.name().toLowerCase(Locale.ROOT))
                            .orElse("attention"));
                    button.setTooltip(i18n.tooltip(key + ".why"));
                    return button;
                });
    }

    /// A model's learned queries, each with a map of its own; the first button takes the choice back.
    private void fillQueries() {
        int count = model.result.get().map(r -> Reading.queries(r.trace())).orElse(0);
        queries.show(Stream.concat(Stream.of(Optional.<Integer>empty()),
                IntStream.range(0, count).boxed().map(Optional::of)).toList(), this::query);
        Ui.show(queries, count > 0);
    }

    private ToggleButton query(Optional<Integer> query) {
        ToggleButton button = query.map(q -> new ToggleButton(Integer.toString(q + 1)))
                .orElseGet(() -> Ui.toggle(i18n, "inspect.query.none"));
        button.setId("inspect-query-" + query.map(q -> Integer.toString(q + 1)).orElse("none"));
        button.setTooltip(query.map(q -> i18n.tooltip("inspect.query.one", q + 1))
                .orElseGet(() -> i18n.tooltip("inspect.query.none.why")));
        return button;
    }

    private void fillHeads() {
        Optional<AttentionTrace.SiteTrace> site = model.chosenSite();
        int layers = site.map(s -> s.site().layers()).orElse(1);
        layer.setMax(Math.max(1, layers));
        layer.setDisable(layers < 2);
        heads.show(Stream.concat(Stream.of(AttentionTrace.HEAD_MEAN, AttentionTrace.HEAD_MAX),
                IntStream.range(0, Math.min(MOST_HEADS, site.map(s -> s.site().heads()).orElse(0))).boxed()).toList(),
                this::head);
    }

    private ToggleButton head(int head) {
        ToggleButton button = head >= 0
                ? new ToggleButton(Integer.toString(head + 1))
                : Ui.toggle(i18n, head == AttentionTrace.HEAD_MEAN ? "inspect.head.mean" : "inspect.head.max");
        button.setId("inspect-head-" + (head >= 0 ? Integer.toString(head + 1) : head == -1 ? "mean" : "max"));
        button.setTooltip(head >= 0
                ? i18n.tooltip("inspect.head.one", head + 1)
                : i18n.tooltip(head == AttentionTrace.HEAD_MEAN ? "inspect.head.mean.why" : "inspect.head.max.why"));
        return button;
    }

    /// @param values one a token, empty to take the bars away
    /// @param means  what the bars are
    /// @param say    what one bar's value is
    void bars(float[] values, String means, Function<Float, String> say) {
        caption.setText(means);
        Ui.show(caption, !means.isEmpty());
        if (values.length == 0) {
            words.clearBars();
        } else {
            words.setBars(values, say);
        }
    }
}
