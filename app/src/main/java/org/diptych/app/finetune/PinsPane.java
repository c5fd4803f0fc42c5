package org.diptych.app.finetune;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;

/// The pairs that a run is watched by: chosen before it starts, or while it waits.
final class PinsPane extends VBox {
    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final Label chosen = new Label();
    private final Label why = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final Button choose;
    private boolean looking;

    PinsPane(AppContext context, TeachModel model, TeachController controller) {
        super(4);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        choose = Ui.button(i18n, "finetune.pins.choose", this::choose);
        choose.setId("finetune-pins");
        chosen.setId("finetune-pinned");
        chosen.setMinWidth(0);
        getChildren().addAll(Ui.styled(i18n.label("finetune.pins"), "muted", "small"),
                Ui.row(8, chosen, Ui.spring(), choose), why);
        model.pins.subscribe(p -> refresh());
        model.run.subscribe(r -> refresh());
        model.status.subscribe(s -> refresh());
        model.starting.subscribe(s -> refresh());
        i18n.textsProperty().subscribe(t -> refresh());
    }

    private boolean paused() {
        return model.status.get().filter(s -> s == RunSummary.Status.PAUSED).isPresent();
    }

    private List<Integer> pinned() {
        return model.run.get().filter(r -> model.live()).map(TrainingControl::pinned).orElse(model.pins.get());
    }

    private void refresh() {
        List<Integer> now = pinned();
        chosen.setText(now.isEmpty()
                ? i18n.get("finetune.pins.none")
                : now.stream().map(p -> Integer.toString(p + 1)).collect(Collectors.joining(", ")));
        boolean locked = looking || model.starting.get() || model.live() && !paused()
                || paused() && model.run.get().filter(r -> r.noMoments().isPresent()).isPresent();
        choose.setDisable(locked);
        why.setText(i18n.get(!locked || looking
                ? "finetune.pins.note"
                : paused() ? "finetune.pins.no" : "finetune.pins.locked"));
        choose.setAccessibleHelp(why.getText());
    }

    /// A run that waits has its probe set in its folder; before the start it is looked up in the data.
    private void choose() {
        Optional<TrainingControl> run = model.run.get().filter(r -> model.live());
        if (run.isPresent()) {
            Fx.deliver(CompletableFuture.supplyAsync(() -> {
                try {
                    return run.get().moments().pairs();
                } catch (EngineException e) {
                    throw new CompletionException(e);
                }
            }), pairs -> ask(pairs, picked -> context.jobs().run(run.get().pin(picked), now -> refresh())),
                    context.notices()::error);
            return;
        }
        try {
            looking = true;
            refresh();
            context.jobs().run(context.engine().probe(controller.plan()), pairs -> {
                looked();
                ask(pairs, model.pins::set);
            }, error -> {
                looked();
                context.notices().error(error);
            });
        } catch (EngineException e) {
            looked();
            context.notices().error(e);
        }
    }

    private void looked() {
        looking = false;
        refresh();
    }

    private void ask(List<Moments.Pair> pairs, Consumer<List<Integer>> take) {
        new PinDialog(context, pairs, pinned()).showAndWait().ifPresent(take);
    }
}
