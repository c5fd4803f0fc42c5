package org.diptych.app.finetune;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Task;

/// How much each chosen objective counts in the loss.
final class WeightsPane extends VBox {
    private static final PlanValue OBJECTIVES = new PlanValue("objectives");
    private static final double MOST = 1000;

    private final I18n i18n;
    private final TeachModel model;

    WeightsPane(I18n i18n, TeachModel model) {
        super(4);
        this.i18n = i18n;
        this.model = model;
        setId("finetune-weights");
        model.objectives.subscribe(this::show);
    }

    private void show(List<Task> chosen) {
        getChildren().setAll(Ui.styled(i18n.label("finetune.weights"), "muted", "small"));
        chosen.forEach(task -> getChildren().add(new NumberRow(i18n, "finetune.task." + task.plan(),
                new PlanNumber("objectives/" + task.plan(), 0, MOST, false), () -> weight(task), w -> weigh(task, w))
                .follow(model.base)));
    }

    private double weight(Task task) {
        return model.base.get().map(b -> b.objectives().getOrDefault(task.plan(), 1.0)).orElse(1.0);
    }

    private void weigh(Task task, double weight) {
        model.base.get().ifPresent(base -> {
            Map<String, Double> next = new LinkedHashMap<>(base.objectives());
            next.put(task.plan(), weight);
            model.set(OBJECTIVES, next);
        });
    }
}
