package org.diptych.app.finetune;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javafx.geometry.Insets;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanOutline;

/// How many numbers the plan would train, stage by stage and part by part, against a full fine-tune.
final class CountPane extends VBox {
    private static final double BAR = 32;
    private static final Duration QUIET = Duration.millis(150);

    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final LatestTask<FineTunePlan, PlanOutline> count;
    private Optional<FineTunePlan> counted = Optional.empty();

    CountPane(AppContext context, TeachModel model, TeachController controller) {
        super(2);
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        setId("finetune-counts");
        count = new LatestTask<>(QUIET, plan -> context.engine().outline(plan),
                outline -> model.outline.set(Optional.of(outline)), error -> model.outline.set(Optional.empty()));
        model.outline.subscribe(o -> draw());
        model.start.subscribe(s -> ask());
        model.base.subscribe(b -> ask());
        model.loraAlpha.subscribe(a -> ask());
        model.trains.subscribe(t -> ask());
        model.stage.subscribe(s -> ask());
        model.lora.subscribe(r -> ask());
        model.steps.subscribe(s -> ask());
        model.objectives.subscribe(o -> ask());
        model.layerDecay.subscribe(d -> ask());
        model.rate.subscribe(r -> draw());
        i18n.textsProperty().subscribe(t -> draw());
    }

    /// A plan that cannot be made is told of by the start.
    private void ask() {
        try {
            counted = Optional.of(controller.plan());
            count.ask(counted.get());
        } catch (EngineException e) {
            counted = Optional.empty();
            model.outline.set(Optional.empty());
        }
    }

    private void draw() {
        getChildren().clear();
        Optional<PlanOutline> outline = model.outline.get();
        Ui.show(this, outline.isPresent());
        for (int i = 0; outline.isPresent() && i < outline.get().course().size(); i++) {
            PlanOutline.Stage stage = outline.get().course().get(i);
            Optional<FineTunePlan.Stage> plan = Optional.of(i)
                    .flatMap(n -> counted.map(FineTunePlan::stages).filter(all -> n < all.size())
                            .map(all -> all.get(n)));
            plan.ifPresent(p -> {
                Label stageTitle = Ui.styled(Ui.wrapped(new Label(title(p))), "small", "strong");
                VBox.setMargin(stageTitle, new Insets(6, 0, 0, 0));
                getChildren().add(stageTitle);
            });
            getChildren().add(Ui.styled(Ui.wrapped(new Label(i18n.get("finetune.counts.all", stage.trainable(),
                    stage.total(), percent(stage.share())))), "small"));
            double peak = plan.map(FineTunePlan.Stage::rate).orElseGet(model.rate::get);
            stage.parts().forEach(part -> getChildren().addAll(part(part, peak)));
        }
    }

    private String title(FineTunePlan.Stage stage) {
        return i18n.get("finetune.counts.stage", name(i18n, stage.name()), stage.steps(), stage.objectives().keySet()
                .stream().map(o -> i18n.get("finetune.task." + o)).collect(Collectors.joining(", ")),
                rate(stage.rate()));
    }

    private static String rate(double rate) {
        return String.format(Locale.ROOT, "%.1e", rate);
    }

    /// @return a stage's name as a person reads it; a plan may have names of its own
    static String name(I18n i18n, String stage) {
        String key = "finetune.stage." + stage;
        return i18n.texts().has(key) ? i18n.get(key) : stage;
    }

    private List<Node> part(PlanOutline.Part part, double peak) {
        double share = part.total() == 0 ? 0 : (double) part.trainable() / part.total();
        Region learns = Ui.styled(new Region(), "bar-learns");
        learns.setMinSize(BAR * share, 6);
        learns.setMaxSize(BAR * share, 6);
        StackPane bar = Ui.styled(new StackPane(learns), "bar-still");
        StackPane.setAlignment(learns, Pos.CENTER_LEFT);
        bar.setMinSize(BAR, 6);
        bar.setMaxSize(BAR, 6);
        Label name = Ui.styled(new Label(part.name()), "muted", "small", "elides");
        name.setMinWidth(0);
        name.setTooltip(new Tooltip(part.name()));
        Label numbers = Ui.styled(new Label(i18n.get("finetune.counts.part", brief(part.trainable()),
                brief(part.total()))), "muted", "small");
        numbers.setMinWidth(USE_PREF_SIZE);
        HBox row = Ui.row(6, bar, name, Ui.spring(), numbers);
        row.setMaxWidth(Double.MAX_VALUE);
        if (part.trainable() == 0 || part.slowest() == 1) {
            return List.of(row);
        }
        Label rates = Ui.styled(new Label(i18n.get("finetune.layers.part", rate(part.slowest() * peak),
                rate(part.fastest() * peak))), "muted", "small");
        VBox.setMargin(rates, new Insets(0, 0, 0, BAR + 6));
        return List.of(row, rates);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share > 0 && share < 0.1 ? "%.1f" : "%.0f", 100 * share);
    }

    /// @return a count in three figures or so: `16.5 k`, `1.49 M`
    static String brief(long count) {
        if (count < 1000) {
            return Long.toString(count);
        }
        double value = count;
        int unit = -1;
        while (value >= 999.5 && unit < 2) {
            value /= 1000;
            unit++;
        }
        String digits = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, digits, value) + " " + "kMG".charAt(unit);
    }
}
