package org.diptych.app.finetune;

import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.pairs.PairsModel;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.MoreDialog;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;

/// What can be done with the form and the run; a line below says why the rest waits.
final class ActionPane extends VBox {
    /// In bytes; annotations of a public set are larger and not read on the window's thread.
    private static final long LARGEST_PLAN = 4 << 20;

    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final ErrorBanner banner;
    private final Button start;
    private final Button pause;
    private final Button stop;
    private final Button look;
    private final Button keep;
    private final Button restore;
    private final Button more;
    private final Button branch;
    private final FurtherPane further;
    private final Button plan;
    private final Button sides;
    private final Label sidesWhy = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final Label why = Ui.styled(Ui.wrapped(new Label()), "muted", "small");

    ActionPane(AppContext context, TeachModel model, TeachController controller, ErrorBanner banner) {
        super(8);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        this.banner = banner;
        start = button(Ui.primary(i18n, "finetune.start", this::start), "teach-start");
        pause = button(Ui.button(i18n, "finetune.pause", this::pauseOrResume), "teach-pause");
        stop = button(Ui.button(i18n, "finetune.stop", controller::stop), "teach-stop");
        look = button(Ui.button(i18n, "finetune.look", controller::look), "teach-look");
        keep = button(Ui.button(i18n, "finetune.keep", this::keep), "teach-keep");
        restore = button(Ui.button(i18n, "finetune.restore", controller::restore), "teach-restore");
        more = button(Ui.button(i18n, "finetune.more", this::more), "teach-more");
        branch = button(Ui.button(i18n, "finetune.branch", this::branch), "teach-branch");
        branch.setTooltip(i18n.tooltip("finetune.branch.tip"));
        further = new FurtherPane(i18n, model, controller);
        why.setId("teach-why");
        sides = button(Ui.button(i18n, "finetune.sides", this::sides), "teach-sides");
        sidesWhy.setId("teach-sides-why");
        plan = button(Ui.button(i18n, "finetune.plan", this::editPlan), "teach-plan");
        Button command = Ui.iconButton(i18n, "mdi2c-console", "finetune.command", this::copyCommand);
        command.setId("teach-command");
        getChildren().addAll(new FlowPane(8, 8, start, pause, stop), further, why,
                // in an order that fills the rows of a narrow column
                new FlowPane(8, 8, look, sides, keep, branch, restore, more, plan, command), sidesWhy);
        model.status.subscribe(s -> refresh());
        model.run.subscribe(r -> refresh());
        model.starting.subscribe(s -> refresh());
        model.reading.subscribe(r -> refresh());
        model.set.subscribe(s -> refresh());
        model.base.subscribe(b -> refresh());
        model.objectives.subscribe(o -> refresh());
        model.stage.subscribe(s -> refresh());
        i18n.textsProperty().subscribe(t -> refresh());
    }

    private static Button button(Button button, String id) {
        button.setId(id);
        return button;
    }

    private void pauseOrResume() {
        banner.hide();
        controller.pauseOrResume();
    }

    void start() {
        if (!start.isDisabled()) {
            banner.hide();
            if (model.memory.get().map(this::agreed).orElse(true)) {
                controller.start();
            }
        }
    }

    /// @return true when it fits, or the person starts it nevertheless
    private boolean agreed(PlanMemory need) {
        return need.verdict() != PlanMemory.Verdict.WONT_FIT
                || new FitDialog(context, need).showAndWait().filter(Boolean::booleanValue).isPresent();
    }

    private void refresh() {
        boolean live = model.live();
        boolean any = model.run.get().isPresent();
        boolean paused = model.paused();
        pause.textProperty().bind(i18n.text(paused ? "finetune.resume" : "finetune.pause"));
        boolean reading = model.reading.get();
        Optional<String> unfit = controller.fit().why();
        start.setDisable(live || model.starting.get() || reading || unfit.isPresent());
        pause.setDisable(!live);
        stop.setDisable(!live);
        look.setDisable(!any);
        keep.setDisable(!any);
        restore.setDisable(!any || live);
        branch.setDisable(!any || model.starting.get());
        more.setDisable(!any || live || model.starting.get());
        plan.setDisable(live || model.starting.get());
        String key = model.starting.get()
                ? "finetune.why.starting"
                : reading
                        ? "finetune.why.reading"
                        : live ? "finetune.why.running" : any ? "finetune.why.ended" : "finetune.why.idle";
        boolean waits = model.starting.get() || reading || live;
        why.setText(waits ? i18n.get(key) : unfit.orElseGet(() -> i18n.get(key)));
        Optional<String> wait = sidesWait();
        sides.setDisable(wait.isPresent());
        sides.setAccessibleHelp(wait.map(i18n::get).orElse(""));
        sidesWhy.setText(wait.map(i18n::get).orElse(""));
        Ui.show(sidesWhy, wait.isPresent());
        for (Button button : new Button[]{start, pause, stop, look, keep, restore, branch, more, plan}) {
            button.setAccessibleHelp(button.isDisabled() ? why.getText() : "");
        }
    }

    /// @return key of the reason why there is nothing to compare yet
    private Optional<String> sidesWait() {
        if (model.run.get().isEmpty()) {
            return Optional.of("finetune.sides.why.none");
        }
        if (model.status.get().filter(s -> s == RunSummary.Status.RUNNING).isPresent()) {
            return Optional.of("finetune.sides.why.running");
        }
        return PairsModel.drawn(model.run.get().get()) > 1 ? Optional.empty() : Optional.of("finetune.sides.why.step");
    }

    /// Shows what the model saw before the run and what it sees now.
    void sides() {
        Optional<String> wait = sidesWait();
        if (wait.isPresent()) {
            context.notices().info(wait.get());
            return;
        }
        TrainingControl run = model.run.get().orElseThrow();
        context.engine().loaded().stream().filter(m -> m.handle().equals(run.model())).findFirst().ifPresent(
                m -> new BeforeAfterDialog(context, run, m, PairsModel.drawn(run) - 1).showAndWait());
    }

    /// Says what has changed since.
    void tick() {
        further.tick();
    }

    void branch() {
        if (!branch.isDisabled()) {
            banner.hide();
            controller.branch();
        }
    }

    void keep() {
        controller.keepFolder()
                .ifPresent(folder -> KeepDialog.of(context, folder).showAndWait().ifPresent(controller::keep));
    }

    private void more() {
        model.run.get().ifPresent(run -> new MoreDialog(context, run.log().header().plan().steps()).showAndWait()
                .ifPresent(controller::more));
    }

    private void copyCommand() {
        try {
            ClipboardContent content = new ClipboardContent();
            Path file = controller.copy();
            content.putString(TeachController.command(file));
            Clipboard.getSystemClipboard().setContent(content);
            context.notices().info("finetune.copied", file);
        } catch (EngineException e) {
            banner.show(e);
        }
    }

    void editPlan() {
        if (plan.isDisabled()) {
            return;
        }
        try {
            edit(context.engine().planJson(controller.plan()));
        } catch (EngineException e) {
            banner.show(e);
        }
    }

    /// Sets the form to the plan of a file. A file that holds pairs and no plan is what is learnt from.
    void openPlan(Path file) {
        if (plan.isDisabled()) {
            context.notices().info("finetune.why.running");
            return;
        }
        banner.hide();
        if (file.toFile().length() > LARGEST_PLAN) {
            controller.learnFrom(file);
            return;
        }
        try {
            use(context.engine().readPlan(file));
        } catch (EngineException e) {
            if (Engine.holdsPairs(file)) {
                controller.learnFrom(file);
            } else {
                banner.show(e);
            }
        }
    }

    private void use(FineTunePlan plan) {
        controller.fill(plan, () -> context.notices().info("finetune.filled", plan.name()));
    }

    /// Shows a plan as text; what comes of it fills the form, and is started where that was asked for.
    void edit(String json) {
        new PlanDialog(context, json).showAndWait().ifPresent(done -> {
            banner.hide();
            if (!done.start()) {
                use(done.plan());
                return;
            }
            controller.fill(done.plan(), () -> controller.reckon(done.plan(), need -> {
                if (agreed(need)) {
                    controller.start(done.plan());
                }
            }));
        });
    }
}
