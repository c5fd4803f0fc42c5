package org.diptych.app.shell;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.input.DragEvent;
import javafx.scene.input.TransferMode;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// A file or folder that is typed, chosen or dropped.
public final class PathField extends VBox {
    private final I18n i18n;
    private final TextField text = new TextField();
    private final ReadOnlyObjectWrapper<Optional<Path>> path = new ReadOnlyObjectWrapper<>(this, "path",
            Optional.empty());
    private final HBox row = Ui.row(8, text);

    /// @param key of the field's name
    /// @param id  of the field
    public PathField(I18n i18n, String key, String id) {
        super(4);
        this.i18n = i18n;
        Label name = i18n.label(key);
        name.setLabelFor(text);
        text.setId(id);
        text.accessibleTextProperty().bind(i18n.text(key));
        text.textProperty().subscribe(t -> path.set(whole(t)));
        HBox.setHgrow(text, Priority.ALWAYS);
        getChildren().addAll(name, row);
        setOnDragOver(this::over);
        setOnDragDropped(this::dropped);
    }

    /// @param key     of the button
    /// @param endings as `.bin`
    /// @return this, with a button that chooses a file
    public PathField files(String key, List<String> endings) {
        row.getChildren().add(Ui.button(i18n, key, () -> {
            FileChooser chooser = new FileChooser();
            chooser.getExtensionFilters()
                    .add(new FileChooser.ExtensionFilter(i18n.get(key), endings.stream().map(e -> "*" + e).toList()));
            chosen(chooser.showOpenDialog(getScene().getWindow()), Optional.empty());
        }));
        return this;
    }

    /// @param key    of the button
    /// @param inside name of a folder within the chosen one, which is meant then
    /// @return this, with a button that chooses a folder
    public PathField folders(String key, Optional<String> inside) {
        row.getChildren().add(Ui.button(i18n, key,
                () -> chosen(new DirectoryChooser().showDialog(getScene().getWindow()), inside)));
        return this;
    }

    private void chosen(File file, Optional<String> inside) {
        if (file != null) {
            set(inside.map(file.toPath()::resolve).orElse(file.toPath()));
        }
    }

    private void over(DragEvent event) {
        if (event.getDragboard().hasFiles()) {
            event.acceptTransferModes(TransferMode.COPY);
            event.consume();
        }
    }

    private void dropped(DragEvent event) {
        boolean one = event.getDragboard().getFiles().size() == 1;
        if (one) {
            set(event.getDragboard().getFiles().getFirst().toPath());
        }
        event.setDropCompleted(one);
        event.consume();
    }

    public void set(Path value) {
        text.setText(value.toString());
    }

    /// @return true where nothing is typed
    public boolean blank() {
        return text.getText().isBlank();
    }

    /// @return what is typed, where that is a whole path
    public ReadOnlyObjectProperty<Optional<Path>> pathProperty() {
        return path.getReadOnlyProperty();
    }

    private static Optional<Path> whole(String text) {
        try {
            return Optional.of(text.strip()).filter(t -> !t.isEmpty()).map(Path::of).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
