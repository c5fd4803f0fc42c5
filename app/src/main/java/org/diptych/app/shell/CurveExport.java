package org.diptych.app.shell;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.chart.CurveChoice;
import org.diptych.app.chart.Snapshots;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.CurvesRequest;
import org.diptych.engine.api.EngineException;

/// The button that writes a board's curves: as they look, as a drawing in vectors, as a table, for TensorBoard; or copies the command that does.
public final class CurveExport {
    private final AppContext context;
    private final CurveBoard board;
    private final Supplier<CurveChoice> choice;

    private CurveExport(AppContext context, CurveBoard board, Supplier<CurveChoice> choice) {
        this.context = context;
        this.board = board;
        this.choice = choice;
    }

    /// For runs in the store, which a command finds by their names.
    public static MenuButton button(AppContext context, CurveBoard board,
            Supplier<CurveChoice> choice) {
        MenuButton button = files(context, board, choice);
        CurveExport export = new CurveExport(context, board, choice);
        button.getItems().add(Ui.item(export.context.i18n(), "curves.save.command", export::copy));
        return button;
    }

    /// For runs that may lie anywhere, or nowhere.
    public static MenuButton files(AppContext context, CurveBoard board, Supplier<CurveChoice> choice) {
        CurveExport export = new CurveExport(context, board, choice);
        MenuButton button = new MenuButton(null, Ui.icon("mdi2c-content-save-outline"));
        button.setId(board.getId() + "-save");
        button.getStyleClass().addAll("button-icon", "flat");
        button.setTooltip(context.i18n().tooltip("curves.save"));
        button.accessibleTextProperty().bind(context.i18n().text("curves.save"));
        button.getItems()
                .addAll(Ui.item(export.context.i18n(), "curves.save.png",
                        () -> context.places().file("curves", "png").ifPresent(export::write)),
                        Ui.item(export.context.i18n(), "curves.save.svg",
                                () -> context.places().file("curves", "svg").ifPresent(export::write)),
                        Ui.item(export.context.i18n(), "curves.save.csv",
                                () -> context.places().file("curves", "csv").ifPresent(export::write)),
                        Ui.item(export.context.i18n(), "curves.save.board",
                                () -> context.places().folder().ifPresent(export::write)));
        button.showingProperty().subscribe(s -> button.getItems()
                .forEach(i -> i.setDisable(board.runs().stream().allMatch(r -> r.log().size() == 0))));
        return button;
    }

    /// A drawing has the curves that are on the screen, a table all of them.
    private CurvesRequest request(Path out) {
        List<String> runs = board.runs().stream().map(r -> r.log().header().id()).toList();
        return choice.get().withValues(ends(out, ".svg") ? board.drawn() : List.of()).request(runs,
                context.theme().get() == Theme.DARK, out);
    }

    /// A picture shows what is on the screen; the engine writes the rest from the logs.
    private void write(Path out) {
        if (!ends(out, ".png")) {
            context.jobs().run(
                    context.engine().curves(request(out), board.runs().stream().map(CurveBoard.Shown::log).toList()),
                    written -> context.notices().info("curves.saved", written));
            return;
        }
        try {
            Snapshots.png(board.drawing(), context.theme().get().background(), out);
            context.notices().info("curves.saved", out);
        } catch (EngineException e) {
            context.notices().error(e);
        }
    }

    private static boolean ends(Path out, String ending) {
        return out.toString().toLowerCase(Locale.ROOT).endsWith(ending);
    }

    private void copy() {
        ClipboardContent content = new ClipboardContent();
        content.putString(request(Path.of("drawing.svg")).commandLine());
        Clipboard.getSystemClipboard().setContent(content);
        context.notices().info("curves.copied");
    }
}
