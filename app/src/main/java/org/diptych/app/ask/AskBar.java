package org.diptych.app.ask;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.BooleanBinding;
import javafx.scene.control.Button;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.LoadedModel;

/// Where questions are written: what is asked, the words, Ask or Cancel; and why a model cannot be asked something.
final class AskBar extends VBox {
    private final AppContext context;
    private final I18n i18n;
    private final AskModel model;
    private final AskController controller;
    private final Map<Mode, ToggleButton> modes = new EnumMap<>(Mode.class);
    private final TextField text = new TextField();
    private final TextField among = new TextField();
    private final ChoiceBox<String> template = new ChoiceBox<>();
    private final Button gap;
    private final Label reasons = Ui.wrapped(Ui.styled(new Label(), "small", "muted"));
    private final BooleanBinding able; // kept: a binding that nobody holds is collected

    AskBar(AppContext context, AskModel model, AskController controller) {
        super(8);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        gap = Ui.button(i18n, "ask.gap.insert", this::insertGap);
        gap.setId("ask-gap");
        reasons.setId("ask-reasons");
        able = Bindings.createBooleanBinding(() -> controller.can(model.mode.get()), model.mode, context.model());
        Segments<Mode> chips = new Segments<>(model.mode);
        chips.setId("ask-modes");
        chips.show(List.of(Mode.values()), this::chip);
        getChildren().addAll(chips, template, line(), answers(), reasons);
        context.model().subscribe(m -> follow());
        model.mode.subscribe(m -> follow());
        i18n.textsProperty().subscribe(t -> follow());
    }

    private ToggleButton chip(Mode mode) {
        ToggleButton button = Ui.toggle(i18n, mode.key());
        button.setId("ask-mode-" + mode.name().toLowerCase(java.util.Locale.ROOT));
        button.setTooltip(i18n.tooltip(mode.key() + ".why"));
        modes.put(mode, button);
        return button;
    }

    private HBox line() {
        text.setId("ask-text");
        text.promptTextProperty().bind(i18n.compute(() -> i18n.get(model.mode.get().key() + ".prompt"), model.mode));
        text.accessibleTextProperty().bind(text.promptTextProperty());
        text.textProperty().bindBidirectional(model.text);
        text.setOnAction(e -> controller.ask());
        text.disableProperty().bind(able.not());
        HBox.setHgrow(text, Priority.ALWAYS);
        Button ask = Ui.primary(i18n, "ask.go", controller::ask);
        ask.setId("ask-go");
        ask.disableProperty().bind(able.not());
        Button cancel = Ui.button(i18n, "ask.cancel", controller::cancel);
        cancel.setId("ask-cancel");
        model.going.subscribe(going -> {
            Ui.show(ask, going.isEmpty());
            Ui.show(cancel, going.isPresent());
        });
        template.setId("ask-template");
        template.setTooltip(i18n.tooltip("ask.template"));
        template.accessibleTextProperty().bind(i18n.text("ask.template"));
        template.valueProperty().subscribe(name -> {
            if (name != null) {
                model.template.set(name);
            }
        });
        model.template.subscribe(template::setValue);
        return Ui.row(8, text, gap, ask, cancel);
    }

    /// Answers to choose from.
    private TextField answers() {
        among.setId("ask-among");
        among.setTooltip(i18n.tooltip("ask.among"));
        among.promptTextProperty().bind(i18n.compute(() -> i18n.get(context.model().get()
                .filter(m -> m.talk().asked() || m.talk().lists()).isPresent()
                        ? "ask.among.prompt"
                        : "ask.among.needed"),
                context.model()));
        among.accessibleTextProperty().bind(among.promptTextProperty());
        among.textProperty().bindBidirectional(model.among);
        among.setOnAction(e -> controller.ask());
        return among;
    }

    /// What the chosen model can be asked, and what it lacks for the rest.
    private void follow() {
        Optional<LoadedModel> loaded = context.model().get();
        modes.forEach((mode, button) -> button.setDisable(!controller.can(mode)));
        String title = loaded.map(m -> m.card().title()).orElse("");
        reasons.setText(loaded.isEmpty()
                ? ""
                : String.join(" ", Stream.of(Mode.values()).filter(m -> !controller.can(m))
                        .map(m -> i18n.get(m.lacks(loaded.get()), title)).toList()));
        Ui.show(reasons, !reasons.getText().isEmpty());
        List<String> templates = loaded.map(m -> m.talk().templates()).orElse(List.of());
        if (!template.getItems().equals(templates)) {
            String chosen = model.template.get();
            template.getItems().setAll(templates);
            template.setValue(chosen);
        }
        Ui.show(template, model.mode.get() == Mode.CHAT && !templates.isEmpty());
        Ui.show(among, model.mode.get() == Mode.QUESTION && loaded.filter(m -> m.talk().ranks()).isPresent());
        Ui.show(gap, model.mode.get() == Mode.FILL && loaded.flatMap(m -> m.talk().mask()).isPresent());
    }

    /// Puts a gap in place of what is marked, or where the cursor stands.
    private void insertGap() {
        context.model().get().flatMap(m -> m.talk().mask()).ifPresent(mask -> {
            text.replaceSelection(mask);
            text.requestFocus();
            text.positionCaret(text.getCaretPosition());
        });
    }

    void write() {
        text.requestFocus();
        text.selectAll();
    }
}
