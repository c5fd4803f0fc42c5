package org.diptych.app.finetune;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import javafx.scene.control.Label;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.chart.StackedBar;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanMemory;

/// What the plan would take of memory, and whether there is as much.
final class MemoryPane extends VBox {
    private static final double BAR = 8;
    private static final double STALE = 0.65;
    /// The counts come first; what they change in the plan changes this too.
    private static final Duration QUIET = Duration.millis(500);

    /// One of the bar's parts.
    private record Part(String key, long bytes) {
    }

    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final LatestTask<FineTunePlan, PlanMemory> reckon;
    private final Label total = Ui.styled(Ui.wrapped(new Label()), "small");
    private final Label verdict = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final Label busy;
    private final StackedBar bar = new StackedBar(BAR);
    private final FlowPane legend = new FlowPane(10, 2);

    MemoryPane(AppContext context, TeachModel model, TeachController controller) {
        super(4);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        setId("finetune-memory");
        bar.setId("finetune-memory-bar");
        busy = Ui.styled(Ui.wrapped(i18n.label("finetune.memory.busy")), "muted", "small");
        reckon = new LatestTask<>(QUIET, plan -> context.engine().memory(plan),
                need -> model.memory.set(Optional.of(need)), error -> model.memory.set(Optional.empty()));
        getChildren().addAll(busy, total, bar, legend, verdict);
        model.memory.subscribe(m -> draw());
        reckon.busyProperty().subscribe(b -> draw());
        context.theme().subscribe(t -> draw());
        i18n.textsProperty().subscribe(t -> draw());
        model.start.subscribe((old, now) -> {
            if (old.isEmpty() || now.isEmpty() || !old.get().same(now.get())) {
                model.memory.set(Optional.empty());
            }
        });
        List.of(model.start, model.base, model.outline, model.trains, model.stage, model.lora, model.objectives,
                model.folder,
                model.language, model.captions, model.status, model.checkpointing, model.precision)
                .forEach(each -> each.subscribe(this::ask));
        model.batch.subscribe(b -> divide());
        model.accumulate.subscribe(p -> divide());
    }

    /// The batch changes nothing of what one example takes.
    private void divide() {
        model.memory.set(model.memory.get().map(m -> m.dividing(model.batch.get(), model.accumulate.get())));
        ask();
    }

    private void ask() {
        if (model.live() || model.starting.get() || model.outline.get().isEmpty()) {
            reckon.cancel();
            return;
        }
        try {
            reckon.ask(controller.plan());
        } catch (EngineException e) { // the start will tell
            reckon.cancel();
            model.memory.set(Optional.empty());
        }
    }

    private void draw() {
        Optional<PlanMemory> need = model.memory.get();
        boolean asked = reckon.busyProperty().get();
        Ui.show(this, need.isPresent() || asked);
        Ui.show(busy, need.isEmpty());
        List.of(total, bar, legend, verdict).forEach(n -> {
            Ui.show(n, need.isPresent());
            n.setOpacity(asked ? STALE : 1);
        });
        need.ifPresent(this::fill);
    }

    private void fill(PlanMemory need) {
        List<Part> parts = List.of(new Part("weights", need.held()), new Part("gradients", need.gradients()),
                new Part("optimiser", need.optimiser()), new Part("activations", need.activations()));
        total.setText(need.free() > 0
                ? i18n.get("finetune.memory", Bytes.size(need.total()), Bytes.size(need.free()))
                : i18n.get("finetune.memory.alone", Bytes.size(need.total())));
        bar.show(parts.stream().map(p -> new StackedBar.Part(p.bytes, context.theme().get().line(parts.indexOf(p)),
                false, "", i18n.get("finetune.memory." + p.key + ".why", Bytes.size(p.bytes), need.microBatch())))
                .toList(), context.theme().get().background());
        legend.getChildren().setAll(parts.stream().map(p -> key(p, parts.indexOf(p))).toList());
        verdict.setText(need.measured()
                ? say(i18n, need)
                : i18n.get("finetune.memory.and", say(i18n, need), i18n.get("finetune.memory.reckoned")));
        verdict.getStyleClass().removeAll("warn-text", "danger-text");
        switch (need.verdict()) {
            case TIGHT -> verdict.getStyleClass().add("warn-text");
            case WONT_FIT -> verdict.getStyleClass().add("danger-text");
            case FITS, UNKNOWN -> {
            }
        }
    }

    /// @return the verdict, and what would fit: of batches, and of what the form can be set to
    static String say(I18n i18n, PlanMemory need) {
        String verdict = "finetune.memory." + need.verdict().name().toLowerCase(Locale.ROOT);
        int most = need.largestBatch();
        if (need.verdict() == PlanMemory.Verdict.UNKNOWN || need.verdict() == PlanMemory.Verdict.FITS) {
            return i18n.get(verdict, most);
        }
        OptionalInt parts = need.partsThatFit();
        boolean divided = parts.isPresent() && parts.getAsInt() <= TeachForm.MOST_PARTS;
        String fits = most == 0
                ? i18n.get("finetune.memory.none")
                : divided
                        ? i18n.get("finetune.memory.fit.parts", most, need.batch(), parts.getAsInt())
                        : i18n.get("finetune.memory.fit", most);
        String told = i18n.get("finetune.memory.and", i18n.get(verdict), fits);
        return most < TeachForm.SMALLEST_BATCH
                ? i18n.get("finetune.memory.and", told, i18n.get("finetune.memory.smaller"))
                : told;
    }

    private HBox key(Part part, int colour) {
        Region swatch = new Region();
        swatch.setMinSize(BAR, BAR);
        swatch.setMaxSize(BAR, BAR);
        swatch.setBackground(javafx.scene.layout.Background.fill(context.theme().get().line(colour)));
        return Ui.row(4, swatch, Ui.styled(new Label(i18n.get("finetune.memory.part",
                i18n.get("finetune.memory." + part.key), Bytes.size(part.bytes))), "muted", "small"));
    }
}
