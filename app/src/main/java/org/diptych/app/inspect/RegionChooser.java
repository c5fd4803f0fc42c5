package org.diptych.app.inspect;

import java.io.File;
import java.util.List;
import java.util.Optional;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.SeparatorMenuItem;
import javafx.stage.FileChooser;
import org.diptych.app.canvas.Input;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RegionSource;

/// Where a model that reads regions gets them from: a scene's own boxes, a grid, or a file. Models that read pixels do not show it.
final class RegionChooser extends MenuButton {
    private static final List<Integer> SIDES = List.of(2, 3, 4, 6, 8);

    private final AppContext context;
    private final I18n i18n;
    private final InspectModel model;
    private final InspectController controller;

    RegionChooser(AppContext context, InspectModel model, InspectController controller) {
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        setId("inspect-regions");
        setMinWidth(USE_PREF_SIZE);
        setTooltip(i18n.tooltip("inspect.regions.why"));
        textProperty().bind(i18n.compute(this::now, model.regions, model.input));
        context.model().subscribe(m -> Ui.show(this, m.map(LoadedModel::regionWidth).orElse(0) > 0));
        MenuItem truth = item("inspect.regions.truth", () -> model.regions.set(Optional.empty()));
        model.input.subscribe(input -> truth.setDisable(input.flatMap(Input::scene).isEmpty()));
        getItems().addAll(truth, new SeparatorMenuItem());
        for (int side : SIDES) {
            getItems().add(item("inspect.regions.grid",
                    () -> model.regions.set(Optional.of(new RegionSource.Grid(side, side))), side, side));
        }
        getItems().addAll(new SeparatorMenuItem(), item("inspect.regions.file", this::choose));
    }

    private MenuItem item(String key, Runnable action, Object... args) {
        MenuItem item = new MenuItem();
        item.textProperty().bind(i18n.text(key, args));
        item.setOnAction(e -> {
            model.patch.set(Optional.empty()); // another box would have its number
            action.run();
        });
        return item;
    }

    private String now() {
        return switch (model.regions.get().orElse(null)) {
            case RegionSource.Given given -> i18n.get("inspect.regions.given", given.regions().boxes().size());
            case RegionSource.Crops moved -> i18n.get("inspect.regions.moved");
            case RegionSource.Grid grid -> i18n.get("inspect.regions.grid", grid.rows(), grid.cols());
            case null -> model.input.get().flatMap(Input::scene).isPresent()
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
            controller.openRegions(file.toPath());
        }
    }
}
