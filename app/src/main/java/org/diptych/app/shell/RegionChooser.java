package org.diptych.app.shell;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.SeparatorMenuItem;
import javafx.stage.FileChooser;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RegionSource;

/// Where a model that reads regions gets them from: a scene's own boxes, a grid, or a file. Models that read pixels do not show it.
public final class RegionChooser extends MenuButton {
    private static final List<Integer> SIDES = List.of(2, 3, 4, 6, 8);

    private final AppContext context;
    private final I18n i18n;
    private final ObservableValue<Optional<RegionSource>> regions;
    private final ObservableValue<Boolean> scene;
    private final Consumer<Optional<RegionSource>> chosen;
    private final Consumer<Path> open;

    /// @param why     key of what it says on hover
    /// @param regions what is chosen; empty: a scene's own boxes, or a grid over any other picture
    /// @param scene   true while the picture is a scene
    /// @param chosen  gets what a person chose
    /// @param open    reads a file of region features
    public RegionChooser(AppContext context, String why, ObservableValue<Optional<RegionSource>> regions,
            ObservableValue<Boolean> scene, Consumer<Optional<RegionSource>> chosen, Consumer<Path> open) {
        this.context = context;
        this.i18n = context.i18n();
        this.regions = regions;
        this.scene = scene;
        this.chosen = chosen;
        this.open = open;
        setMinWidth(USE_PREF_SIZE);
        setTooltip(i18n.tooltip(why));
        textProperty().bind(i18n.compute(this::now, regions, scene));
        context.model().subscribe(m -> Ui.show(this, m.map(LoadedModel::regionWidth).orElse(0) > 0));
        MenuItem truth = item("inspect.regions.truth", () -> chosen.accept(Optional.empty()));
        scene.subscribe(there -> truth.setDisable(!there));
        getItems().addAll(truth, new SeparatorMenuItem());
        for (int side : SIDES) {
            getItems().add(item("inspect.regions.grid",
                    () -> chosen.accept(Optional.of(new RegionSource.Grid(side, side))), side, side));
        }
        getItems().addAll(new SeparatorMenuItem(), item("inspect.regions.file", this::choose));
    }

    /// @param file that given regions were read from
    /// @return ` --regions ...` as commands take it, or nothing where they find the same by themselves
    public static String option(Optional<RegionSource> regions, Optional<Path> file) {
        return switch (regions.orElse(null)) {
            case RegionSource.Grid grid -> " --regions grid:" + grid.rows() + 'x' + grid.cols();
            case RegionSource.Given _ -> file.map(f -> " --regions " + CommandLine.quote(f.toAbsolutePath().toString()))
                    .orElse("");
            case RegionSource.Crops _ -> ""; // boxes moved by hand have no name on a command line: it takes the scene's own
            case null -> "";
        };
    }

    private MenuItem item(String key, Runnable action, Object... args) {
        MenuItem item = new MenuItem();
        item.textProperty().bind(i18n.text(key, args));
        item.setOnAction(e -> action.run());
        return item;
    }

    private String now() {
        return switch (regions.getValue().orElse(null)) {
            case RegionSource.Given given -> i18n.get("inspect.regions.given", given.regions().boxes().size());
            case RegionSource.Crops moved -> i18n.get("inspect.regions.moved");
            case RegionSource.Grid grid -> i18n.get("inspect.regions.grid", grid.rows(), grid.cols());
            case null -> scene.getValue()
                    ? i18n.get("inspect.regions.truth")
                    : i18n.get("inspect.regions.grid", RegionSource.Grid.USUAL.rows(),
                            RegionSource.Grid.USUAL.cols());
        };
    }

    private void choose() {
        FileChooser chooser = new FileChooser();
        chooser.setTitle(i18n.get("inspect.regions.file"));
        chooser.getExtensionFilters().add(
                new FileChooser.ExtensionFilter(i18n.get("inspect.regions.files"), "*.npz", "*.tsv", "*.npy"));
        File file = chooser.showOpenDialog(context.window().get());
        if (file != null) {
            open.accept(file.toPath());
        }
    }
}
