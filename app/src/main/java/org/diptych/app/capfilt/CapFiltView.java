package org.diptych.app.capfilt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javafx.animation.Animation;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.beans.Observable;
import javafx.geometry.Insets;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.capfilt.CapFiltModel.Show;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.Thumbs;

/// The view: the set-up at the left, the decisions at the right.
final class CapFiltView extends BorderPane {
    private static final double FORM = 264;
    private static final Duration LOOK = Duration.millis(500);

    private final AppContext context;
    private final I18n i18n;
    private final CapFiltModel model;
    private final CapFiltController controller;
    private final ErrorBanner banner;
    private final SetupForm form;
    private final StartPane start;
    private final Segments<Show> ways;
    private final Label none = Ui.styled(Ui.wrapped(new Label()), "hint");
    private final Timeline clock;

    CapFiltView(AppContext context) {
        this.context = context;
        this.i18n = context.i18n();
        model = new CapFiltModel(context.settings().get().choices());
        banner = new ErrorBanner(i18n);
        controller = new CapFiltController(context, model, banner::show);
        form = new SetupForm(context, model, controller);
        start = new StartPane(i18n, model, controller);
        ways = new Segments<>(model.show);
        getStyleClass().add("view");
        setLeft(left());
        setCenter(right());
        clock = new Timeline(new KeyFrame(LOOK, e -> tick()));
        clock.setCycleCount(Animation.INDEFINITE);
        model.going.subscribe(g -> g.ifPresent(now -> banner.hide()));
        controller.begin();
    }

    CapFiltController controller() {
        return controller;
    }

    void shown(boolean now) {
        if (now) {
            clock.play();
        } else {
            clock.stop();
        }
    }

    private void tick() {
        if (model.going.get().isPresent()) {
            start.tick();
            controller.tick();
        }
    }

    private VBox left() {
        form.setPadding(new Insets(0, 14, 0, 0));
        ScrollPane scroll = new ScrollPane(form);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        VBox out = Ui.styled(new VBox(12, scroll, start), "panel");
        out.setMinWidth(FORM);
        out.setPrefWidth(FORM);
        out.setMaxWidth(FORM);
        BorderPane.setMargin(out, new Insets(0, 12, 0, 0));
        return out;
    }

    private VBox right() {
        DecisionTable table = new DecisionTable(i18n, model, controller, new Thumbs(context.engine(), 96));
        none.setId("capfilt-none");
        table.setPlaceholder(none);
        PairDetail detail = new PairDetail(i18n, model, controller, new Thumbs(context.engine(), PairDetail.SIDE));
        SplitPane split = new SplitPane(table, detail);
        split.setOrientation(Orientation.VERTICAL);
        split.setDividerPositions(0.56);
        VBox.setVgrow(split, Priority.ALWAYS);
        VBox board = new VBox(12, new FiguresPane(i18n, model), tools(), split);
        VBox empty = empty();
        StackPane centre = new StackPane(board, empty);
        VBox.setVgrow(centre, Priority.ALWAYS);
        model.board.subscribe(b -> {
            Ui.show(board, b.isPresent());
            Ui.show(empty, b.isEmpty());
        });
        for (Observable each : new Observable[]{model.rows, model.show, model.query, i18n.textsProperty()}) {
            each.addListener(o -> offer());
        }
        offer();
        return new VBox(12, banner, centre);
    }

    private VBox empty() {
        Label what = Ui.styled(i18n.label("capfilt.empty.title"), "heading");
        Label how = Ui.styled(Ui.wrapped(i18n.label("capfilt.empty")), "hint");
        how.setMaxWidth(520);
        how.setId("capfilt-empty");
        Button open = Ui.button(i18n, "capfilt.open", form::chooseOut);
        VBox out = new VBox(12, Ui.icon("mdi2f-filter-outline"), what, how, open);
        out.setAlignment(Pos.CENTER);
        return out;
    }

    /// Kinds with their numbers; the one that needs to know the truth is offered where it is known.
    private void offer() {
        boolean known = model.rows.get().stream().anyMatch(Pair::wrong);
        List<Show> all = new ArrayList<>(List.of(Show.values()));
        if (!known) {
            all.remove(Show.LET_BY);
            if (model.show.get() == Show.LET_BY) {
                model.show.set(Show.ALL);
            }
        }
        ways.show(all, each -> {
            ToggleButton button = new ToggleButton();
            String name = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
            button.setId("capfilt-show-" + name);
            button.textProperty().bind(i18n.compute(() -> i18n.get("capfilt.show." + name,
                    model.rows.get().stream().filter(each.holds).count()), model.rows));
            button.setTooltip(i18n.tooltip("capfilt.show." + name + ".why"));
            return button;
        });
        none.setText(i18n.get(model.rows.get().isEmpty() ? "capfilt.none.yet" : "capfilt.none.such"));
    }

    private VBox tools() {
        TextField search = new TextField();
        search.setId("capfilt-search");
        search.promptTextProperty().bind(i18n.text("capfilt.search"));
        search.accessibleTextProperty().bind(i18n.text("capfilt.search"));
        search.textProperty().bindBidirectional(model.query);
        search.setPrefColumnCount(14);
        Button write = Ui.button(i18n, "capfilt.write", controller::writeAndTell);
        write.setId("capfilt-write");
        Button teach = Ui.button(i18n, "capfilt.teach", controller::teach);
        teach.setId("capfilt-teach");
        Button folder = Ui.iconButton(i18n, "mdi2f-folder-open-outline", "capfilt.folder.open",
                controller::openFolder);
        Button copy = Ui.iconButton(i18n, "mdi2c-console", "capfilt.copy", this::copyCommand);
        Label why = Ui.styled(new Label(), "small", "muted");
        why.setId("capfilt-why");
        Runnable follow = () -> {
            boolean may = controller.mayOverrule();
            boolean some = Counts.of(model.rows.get()).kept() > 1;
            write.setDisable(!may);
            teach.setDisable(!may || !some);
            why.setText(model.going.get().isPresent()
                    ? i18n.get("capfilt.why.writing")
                    : some ? i18n.get("capfilt.keys") : i18n.get("capfilt.why.teach"));
        };
        for (Observable each : new Observable[]{model.rows, model.board, model.going, i18n.textsProperty()}) {
            each.addListener(o -> follow.run());
        }
        follow.run();
        FlowPane actions = new FlowPane(8, 8, search, write, teach, folder, copy);
        return new VBox(8, ways, actions, Ui.wrapped(why));
    }

    void copyCommand() {
        model.board.get().map(CapFiltModel.Board::command).ifPresent(text -> {
            ClipboardContent content = new ClipboardContent();
            content.putString(text);
            Clipboard.getSystemClipboard().setContent(content);
            context.notices().info("inspect.copied");
        });
    }

    void chooseOut() {
        form.chooseOut();
    }
}
