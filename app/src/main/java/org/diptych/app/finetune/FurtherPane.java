package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Spinner;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Terms;
import org.diptych.engine.api.TrainingControl;

/// What a paused run can do besides going on: some steps only; and what it will learn by then. Out of sight while none is paused.
final class FurtherPane extends VBox {
    private static final int MOST = 1_000_000;
    private static final int USUAL = 10;
    private static final double FIELD = 84;

    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final Label pending = Ui.styled(Ui.wrapped(new Label()), "small");
    private final Label fault = Ui.styled(Ui.wrapped(new Label()), "danger-text", "small");

    FurtherPane(I18n i18n, TeachModel model, TeachController controller) {
        super(6);
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        Spinner<Integer> count = new Spinner<>(1, MOST, USUAL, USUAL);
        count.setId("teach-further-count");
        count.setEditable(true);
        count.setPrefWidth(FIELD);
        count.setMinWidth(FIELD);
        count.getEditor().accessibleTextProperty().bind(i18n.text("finetune.further.count"));
        Button go = Ui.button(i18n, "finetune.further", () -> {
            Ui.show(fault, false);
            try {
                count.commitValue();
                controller.further(count.getValue());
            } catch (NumberFormatException e) {
                fault.setText(i18n.get("finetune.number.whole", "1", Integer.toString(MOST),
                        count.getValue().toString()));
                Ui.show(fault, true);
            }
        });
        Ui.show(fault, false);
        go.setId("teach-further");
        pending.setId("teach-pending");
        getChildren().addAll(Ui.row(8, count, go), fault, pending);
        model.status.subscribe(s -> tick());
        model.batch.subscribe(b -> tick());
        model.objectives.subscribe(o -> tick());
        model.base.subscribe(b -> tick());
        model.agreed.subscribe(a -> tick());
        i18n.textsProperty().subscribe(t -> tick());
    }

    void tick() {
        Ui.show(this, model.paused());
        Optional<Terms> next = controller.pending();
        Ui.show(pending, next.isPresent());
        next.ifPresent(n -> pending.setText(i18n.get("finetune.pending",
                model.run.get().map(TrainingControl::terms).map(now -> differences(now, n)).orElse(""))));
    }

    private String differences(Terms now, Terms next) {
        List<String> out = new ArrayList<>();
        if (now.batch() != next.batch()) {
            out.add(i18n.get("finetune.pending.batch", next.batch()));
        }
        if (!now.objectives().equals(next.objectives())) {
            out.add(i18n.get("finetune.pending.objectives", next.objectives().entrySet().stream().map(this::weighted)
                    .collect(Collectors.joining(" + "))));
        }
        return String.join(", ", out);
    }

    private String weighted(Map.Entry<String, Double> objective) {
        return NumberRow.text(objective.getValue()) + " × " + i18n.get("finetune.task." + objective.getKey());
    }
}
