package org.diptych.app.settings;

import atlantafx.base.controls.ToggleSwitch;
import java.io.File;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.BooleanBinding;
import javafx.collections.FXCollections;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.RadioButton;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Spinner;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Motion;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.Settings;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.Texts;

/// The view Settings. Everything is remembered at once; what the engine reads at its start says so.
public final class SettingsFeature implements Feature {
    private static final double LABEL = 200;
    private static final int MOST_THREADS = 256;

    private final I18n i18n;
    private final AppContext context;
    private final Settings settings;

    public SettingsFeature(AppContext context) {
        this.context = context;
        i18n = context.i18n();
        settings = context.settings();
    }

    @Override
    public String id() {
        return Navigator.SETTINGS;
    }

    @Override
    public String icon() {
        return "mdi2c-cog-outline";
    }

    @Override
    public String titleKey() {
        return "settings.title";
    }

    @Override
    public Node view() {
        VBox page = Ui.column(32, section("settings.look", row("settings.language", language()),
                row("settings.theme", theme()), row("settings.motion", motion())),
                section("settings.engine", row("settings.device", device()), row("settings.threads", threads()),
                        later()),
                section("settings.gpu", gpu()), section("settings.data", row("settings.data.folder", data()), later()));
        page.setMaxWidth(760);
        page.getStyleClass().add("view");
        ScrollPane scroll = new ScrollPane(page);
        scroll.setFitToWidth(true);
        return scroll;
    }

    private Node section(String key, Node... rows) {
        VBox body = Ui.column(16, rows);
        return Ui.column(16, Ui.styled(i18n.label(key), "heading"), body);
    }

    private Node row(String key, Node control) {
        Label label = i18n.label(key);
        label.setMinWidth(LABEL);
        label.setPrefWidth(LABEL);
        label.setLabelFor(control);
        return Ui.row(16, label, control);
    }

    private Node later() {
        return Ui.styled(Ui.wrapped(i18n.label("settings.later")), "small", "muted");
    }

    private Node language() {
        return segments(List.of(new Segment<>("settings.language.en", Texts.ENGLISH),
                new Segment<>("settings.language.zh", Texts.CHINESE)), i18n.textsProperty()::set,
                button -> Bindings
                        .createBooleanBinding(() -> i18n.texts() == button.getUserData(), i18n.textsProperty()));
    }

    private Node theme() {
        return segments(List.of(new Segment<>("settings.theme.light", Theme.LIGHT),
                new Segment<>("settings.theme.dark", Theme.DARK)), context.theme()::set,
                button -> Bindings
                        .createBooleanBinding(() -> context.theme().get() == button.getUserData(), context.theme()));
    }

    private record Segment<T>(String key, T value) {
    }

    /// Buttons of which one is down, following a value that others change too.
    private <T> HBox segments(List<Segment<T>> segments, Consumer<T> set,
            Function<ToggleButton, BooleanBinding> selected) {
        HBox box = Ui.row(0);
        for (int i = 0; i < segments.size(); i++) {
            Segment<T> segment = segments.get(i);
            ToggleButton button = Ui.toggle(i18n, segment.key());
            button.setUserData(segment.value());
            button.getStyleClass().add(i == 0 ? "left-pill" : i == segments.size() - 1 ? "right-pill" : "center-pill");
            BooleanBinding down = selected.apply(button);
            down.subscribe(button::setSelected);
            button.setOnAction(e -> {
                set.accept(segment.value());
                button.setSelected(down.get());
            });
            // the binding lives as long as its button
            button.getProperties().put(SettingsFeature.class, down);
            box.getChildren().add(button);
        }
        return box;
    }

    private Node motion() {
        ToggleSwitch toggle = new ToggleSwitch();
        toggle.setId("motion");
        toggle.setSelected(Motion.wantedProperty().get());
        toggle.accessibleTextProperty().bind(i18n.text("settings.motion"));
        toggle.selectedProperty().subscribe(on -> {
            Motion.wantedProperty().set(on);
            settings.update(v -> v.withMotion(on));
        });
        Label hint = Ui.styled(i18n.label("settings.motion.hint"), "muted");
        return Ui.row(12, toggle, hint);
    }

    private Node device() {
        ComboBox<String> box = new ComboBox<>(FXCollections.observableArrayList("auto", "cpu", "cuda"));
        box.setConverter(new Named<>(device -> i18n.get("settings.device." + device)));
        i18n.textsProperty().subscribe(t -> {
            // the same value again makes the box ask for its text again
            String value = box.getValue();
            box.setValue(null);
            box.setValue(value);
        });
        box.setValue(settings.get().device());
        box.setPrefWidth(220);
        box.valueProperty().subscribe(d -> {
            if (d != null) {
                settings.update(v -> v.withDevice(d));
            }
        });
        return box;
    }

    private Node threads() {
        Spinner<Integer> spinner = new Spinner<>(0, MOST_THREADS, settings.get().threads());
        spinner.setPrefWidth(110);
        spinner.setEditable(true);
        spinner.valueProperty().subscribe(n -> {
            if (n != null) {
                settings.update(v -> v.withThreads(n));
            }
        });
        Label hint = Ui.styled(Ui.wrapped(i18n.label("settings.threads.hint",
                Runtime.getRuntime().availableProcessors())), "muted");
        return Ui.row(12, spinner, hint);
    }

    private Node gpu() {
        ToggleGroup group = new ToggleGroup();
        RadioButton none = choice(group, "settings.gpu.none");
        none.setId("gpu-none");
        RadioButton download = choice(group, "settings.gpu.download");
        download.setId("gpu-download");
        RadioButton folder = choice(group, "settings.gpu.folder");
        folder.setId("gpu-folder");
        String now = settings.get().gpuLibraries();
        (now.equals("download") ? download : now.equals("folder") ? folder : none).setSelected(true);

        Label terms = Ui.wrapped(i18n.label("settings.gpu.terms"));
        CheckBox agree = i18n.label(new CheckBox(), "settings.gpu.agree");
        agree.setSelected(now.equals("download"));
        agree.setId("gpu-agree");
        VBox consent = Ui.styled(Ui.column(12, terms, agree), "panel-subtle");

        Label path = new Label(settings.get().libtorch());
        HBox local = Ui.row(12, Ui.button(i18n, "settings.choose", () -> chooseLibtorch(path)), path);

        Runnable store = () -> {
            Ui.show(consent, download.isSelected());
            Ui.show(local, folder.isSelected());
            String chosen = folder.isSelected()
                    ? "folder"
                    : download.isSelected() && agree.isSelected() ? "download" : "none";
            settings.update(v -> v.withGpuLibraries(chosen));
        };
        group.selectedToggleProperty().subscribe(t -> store.run());
        agree.selectedProperty().subscribe(a -> store.run());
        return Ui.column(12, Ui.styled(Ui.wrapped(i18n.label("settings.gpu.hint")), "muted"), none, download, consent,
                folder, local, later());
    }

    private RadioButton choice(ToggleGroup group, String key) {
        RadioButton button = i18n.label(new RadioButton(), key);
        button.setToggleGroup(group);
        return button;
    }

    private void chooseLibtorch(Label shown) {
        choose("settings.gpu.folder", folder -> {
            shown.setText(folder.getPath());
            settings.update(v -> v.withLibtorch(folder.getPath()));
        });
    }

    private void choose(String titleKey, Consumer<File> then) {
        DirectoryChooser chooser = new DirectoryChooser();
        chooser.setTitle(i18n.get(titleKey));
        File folder = chooser.showDialog(context.window().get());
        if (folder != null) {
            then.accept(folder);
        }
    }

    private Node data() {
        String own = settings.get().data();
        Label path = Ui.wrapped(new Label(own.isBlank() ? EngineOptions.defaults().data().toString() : own));
        HBox.setHgrow(path, Priority.ALWAYS);
        HBox buttons = Ui.row(8, Ui.button(i18n, "settings.choose", () -> choose("settings.data.folder", folder -> {
            path.setText(folder.getPath());
            settings.update(v -> v.withData(folder.getPath()));
        })), Ui.button(i18n, "settings.data.usual", () -> {
            path.setText(EngineOptions.defaults().data().toString());
            settings.update(v -> v.withData(""));
        }));
        buttons.setMinWidth(Region.USE_PREF_SIZE);
        VBox box = Ui.column(8, path, buttons);
        box.setAlignment(Pos.CENTER_LEFT);
        return box;
    }
}
