package org.diptych.app.shell;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
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
        button.getStyleClass().addAll("button-icon", "flat");
        button.setTooltip(context.i18n().tooltip("curves.save"));
        button.accessibleTextProperty().bind(context.i18n().text("curves.save"));
        button.getItems().addAll(Ui.item(export.context.i18n(), "curves.save.png", () -> export.file("png")),
                Ui.item(export.context.i18n(), "curves.save.svg", () -> export.file("svg")),
                Ui.item(export.context.i18n(), "curves.save.csv", () -> export.file("csv")),
                Ui.item(export.context.i18n(), "curves.save.board", export::folder));
        button.showingProperty().subscribe(s -> button.getItems()
                .forEach(i -> i.setDisable(board.runs().stream().allMatch(r -> r.log().size() == 0))));
        return button;
    }

    /// A drawing has the curves that are on the screen, a table all of them.
    private CurvesRequest request(Path out) {
        List<String> runs = board.runs().stream().map(r -> r.log().header().id()).toList();
        return choice.get().withValues(out.toString().endsWith(".svg") ? board.drawn() : List.of()).request(runs,
                context.theme().get() == Theme.DARK, out);
    }

    private void file(String ending) {
        FileChooser chooser = new FileChooser();
        chooser.setInitialFileName("curves." + ending);
        chooser.getExtensionFilters()
                .add(new FileChooser.ExtensionFilter(ending.toUpperCase(Locale.ROOT), "*." + ending));
        File file = chooser.showSaveDialog(context.window().get());
        if (file != null) {
            Path out = file.getName().toLowerCase(Locale.ROOT).endsWith("." + ending)
                    ? file.toPath()
                    : file.toPath().resolveSibling(file.getName() + "." + ending);
            write(out);
        }
    }

    private void folder() {
        File folder = new DirectoryChooser().showDialog(context.window().get());
        if (folder != null) {
            write(folder.toPath());
        }
    }

    /// A picture shows what is on the screen; the engine writes the rest from the logs.
    private void write(Path out) {
        if (!out.toString().endsWith(".png")) {
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

    private void copy() {
        ClipboardContent content = new ClipboardContent();
        content.putString(request(Path.of("drawing.svg")).commandLine());
        Clipboard.getSystemClipboard().setContent(content);
        context.notices().info("curves.copied");
    }
}
