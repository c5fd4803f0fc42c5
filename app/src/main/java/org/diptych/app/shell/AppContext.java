package org.diptych.app.shell;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javafx.beans.property.ObjectProperty;
import javafx.collections.ObservableList;
import javafx.stage.Window;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.engine.Engine;
import org.diptych.engine.api.LoadedModel;

/// What every view is handed. All of it is used on JavaFX's thread.
///
/// @param engine   the engine, started
/// @param i18n     the language
/// @param theme    light or dark
/// @param settings what is remembered
/// @param notices  messages and errors
/// @param jobs     work under way, as the status bar shows it
/// @param undo     what Ctrl+Z takes back
/// @param models   the loaded models and the chosen one
/// @param exhibit  the picture and sentence that a person looks at, once there are any
/// @param navigator goes to another view
/// @param window   the window, as owner of dialogs
/// @param places   asks where something is to be written
/// @param folders  shows a folder in the system's own file manager
public record AppContext(Engine engine, I18n i18n, ObjectProperty<Theme> theme, Settings settings, Notices notices,
        Jobs jobs, UndoStack undo, Models models, ObjectProperty<Optional<Exhibit>> exhibit, Navigator navigator,
        Supplier<Window> window, Places places, Consumer<Path> folders) {

    /// @return the chosen model
    public ObjectProperty<Optional<LoadedModel>> model() {
        return models.selectedProperty();
    }

    /// @return every loaded model
    public ObservableList<LoadedModel> loaded() {
        return models.loaded();
    }
}
