package org.diptych.app.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RelevanceMethod;

/// The right panel: the sentence, its words with bars, the scores, and what the picture is to show.
final class WordsPanel extends VBox {
    private final I18n i18n;
    private final InspectModel model;
    private final InspectController controller;
    private final TokenStrip words = new TokenStrip();
    private final Label scores = new Label();
    private final Label notes = Ui.wrapped(new Label());
    private final FlowPane methods = new FlowPane(8, 8);
    private final FlowPane heads = new FlowPane(8, 8);
    private final Slider layer = new Slider(1, 1, 1);
    private final Label layerLabel = new Label();

    WordsPanel(I18n i18n, InspectModel model, InspectController controller) {
        super(12);
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        getStyleClass().add("panel");
        TextField sentence = new TextField();
        sentence.setId("inspect-text");
        sentence.promptTextProperty().bind(i18n.text("inspect.text.prompt"));
        model.text.subscribe(sentence::setText);
        sentence.setOnAction(e -> controller.say(sentence.getText()));
        sentence.focusedProperty().subscribe(focused -> {
            if (!focused) {
                controller.say(sentence.getText());
            }
        });
        words.setId("inspect-words");
        words.selectionProperty().bindBidirectional(model.words);
        Label hint = Ui.styled(i18n.label("inspect.hint"), "badge", "note");
        model.hinted.subscribe(shown -> Ui.show(hint, shown));
        Ui.styled(notes, "badge", "warn");
        layer.setBlockIncrement(1);
        layer.setMajorTickUnit(1);
        layer.setMinorTickCount(0);
        layer.setSnapToTicks(true);
        layer.setId("inspect-layer");
        layer.setPrefWidth(160);
        layer.setOnMouseReleased(e -> model.layer.set((int) Math.round(layer.getValue()) - 1));
        layer.valueProperty().subscribe((old, now) -> {
            if (now.doubleValue() == Math.rint(now.doubleValue())) {
                model.layer.set(now.intValue() - 1);
            }
        });
        model.layer.subscribe(v -> {
            if (v.intValue() < layer.getMax()) { // the slider's end follows with the next answer
                layer.setValue(v.intValue() + 1);
            }
        });
        layerLabel.textProperty()
                .bind(i18n.compute(() -> i18n.get("inspect.layer", model.layer.get() + 1, (int) layer.getMax()),
                        model.layer, layer.maxProperty()));
        getChildren().addAll(sentence, words, hint, scores, notes,
                Ui.styled(i18n.label("inspect.method"), "muted", "small"), methods,
                Ui.row(12, layerLabel, layer), heads);
        model.result.subscribe(this::show);
        model.method.subscribe(m -> fillMethods());
        i18n.textsProperty().subscribe(t -> {
            model.result.get().ifPresent(this::scores);
            fillMethods();
            fillHeads();
        });
        model.site.subscribe(s -> fillHeads());
        model.head.subscribe(h -> fillHeads());
    }

    private void show(Optional<InspectResult> result) {
        result.ifPresent(r -> {
            words.setTokens(r.tokens());
            scores(r);
            List<String> said = new ArrayList<>();
            for (Message note : r.notes()) {
                said.add(i18n.texts().get(note));
            }
            notes.setText(String.join("\n", said));
        });
        Ui.show(notes, result.isPresent() && !result.get().notes().isEmpty());
        fillMethods();
        fillHeads();
    }

    private void scores(InspectResult result) {
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, Double> score : result.scores().entrySet()) {
            parts.add(
                    i18n.get("inspect.score." + score.getKey(), String.format(Locale.ROOT, "%.3f", score.getValue())));
        }
        scores.setText(String.join("     ", parts));
    }

    private void fillMethods() {
        List<ToggleButton> buttons = new ArrayList<>();
        ToggleGroup group = new ToggleGroup();
        buttons.add(method("inspect.method.attention", Optional.empty(), group));
        for (RelevanceMethod method : controller.methods()) {
            buttons.add(method("inspect.method." + method.name().toLowerCase(Locale.ROOT), Optional.of(method), group));
        }
        methods.getChildren().setAll(buttons);
    }

    private ToggleButton method(String key, Optional<RelevanceMethod> method, ToggleGroup group) {
        ToggleButton button = Ui.toggle(i18n, key);
        button.setToggleGroup(group);
        button.setSelected(model.method.get().equals(method));
        button.setTooltip(i18n.tooltip(key + ".why"));
        button.setOnAction(e -> {
            button.setSelected(true);
            model.method.set(method);
        });
        return button;
    }

    private void fillHeads() {
        Optional<AttentionTrace.SiteTrace> site = model.chosenSite();
        int layers = site.map(s -> s.site().layers()).orElse(1);
        layer.setMax(Math.max(1, layers));
        layer.setValue(Math.min(model.layer.get(), layers - 1) + 1);
        layer.setDisable(layers < 2);
        List<ToggleButton> buttons = new ArrayList<>();
        ToggleGroup group = new ToggleGroup();
        buttons.add(head(i18n.get("inspect.head.mean"), AttentionTrace.HEAD_MEAN, group));
        buttons.add(head(i18n.get("inspect.head.max"), AttentionTrace.HEAD_MAX, group));
        for (int h = 0; h < site.map(s -> s.site().heads()).orElse(0) && h < 32; h++) {
            buttons.add(head(Integer.toString(h + 1), h, group));
        }
        heads.getChildren().setAll(buttons);
    }

    private ToggleButton head(String text, int head, ToggleGroup group) {
        ToggleButton button = new ToggleButton(text);
        button.setToggleGroup(group);
        button.setSelected(model.head.get() == head);
        button.setOnAction(e -> {
            button.setSelected(true);
            model.head.set(head);
            model.method.set(Optional.empty());
        });
        return button;
    }

    /// @param values one a token, empty to take the bars away
    /// @param key    says what a bar means, with the value as `{0}`
    void bars(float[] values, String key) {
        if (values.length == 0) {
            words.clearBars();
        } else {
            words.setBars(values, value -> i18n.get(key, ScaleBar.number(value)));
        }
    }
}
