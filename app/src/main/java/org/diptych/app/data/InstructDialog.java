package org.diptych.app.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Spinner;
import javafx.scene.control.SpinnerValueFactory.IntegerSpinnerValueFactory;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.DialogFrame;
import org.diptych.app.shell.PathField;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Message;

/// How conversations about pictures are to be made of captions and boxes (Liu et al. 2023, section 3): which, of what, by whom, and what would be asked.
final class InstructDialog extends Dialog<InstructRequest> {
    private static final double WIDTH = 940;
    private static final double HEIGHT = 460;
    private static final double SIDE = 380;
    private static final double LANGUAGES_WIDTH = 170;
    private static final int MOST = 100_000;
    private static final int USUAL = 100;
    private static final List<String> WORLDS = List.of("aligned", "loose", "free");
    private static final List<String> LANGUAGES = List.of("en", "zh");
    private static final String FORMS = "instruct.forms";
    private static final String COUNT = "instruct.count";
    private static final String LANGUAGE = "instruct.language";

    private final AppContext context;
    private final I18n i18n;
    private final DialogFrame frame;
    private final Optional<Sheet> sheet;
    private final ObjectProperty<Boolean> own = new SimpleObjectProperty<>(false);
    private final Map<String, CheckBox> forms = new LinkedHashMap<>();
    private final Spinner<Integer> count = new Spinner<>(1, MOST, USUAL, 10);
    private final Spinner<Integer> seed = new Spinner<>(0, Integer.MAX_VALUE, 0);
    private final ChoiceBox<String> world = new ChoiceBox<>();
    private final ObjectProperty<String> language = new SimpleObjectProperty<>("en");
    private final WriterForm writer;
    private final PathField out;
    private final PromptPane prompt;
    private List<List<DataRow>> pictures = List.of();
    private boolean ready;

    /// @param sheet  the open set
    /// @param row    number of the row that is looked at, whose prompt is shown first
    InstructDialog(AppContext context, Optional<Sheet> sheet, Optional<Integer> row) {
        this.context = context;
        i18n = context.i18n();
        frame = new DialogFrame(context, this, "sets.instruct.title", "sets.instruct.do", "shell.cancel");
        frame.actButton().setDisable(true); // until it is known which captions belong to which picture
        this.sheet = sheet;
        setResizable(true);
        Map<String, String> remembered = context.settings().get().choices();
        prompt = new PromptPane(context);
        writer = new WriterForm(i18n, remembered, this::judge);
        out = new PathField(i18n, "sets.instruct.out", "instruct-out").folders("sets.save.choose",
                Optional.of("instructions"));
        begin(remembered);
        fill(remembered);
        frame.follow(writer::say);
        frame.follow(prompt::again);
        own.subscribe(o -> changed());
        count.valueProperty().subscribe(n -> changed());
        seed.valueProperty().subscribe(n -> changed());
        world.valueProperty().subscribe(w -> changed());
        language.subscribe(l -> changed());
        out.pathProperty().subscribe(p -> judge());
        sheet.ifPresentOrElse(s -> gather(s, row), () -> {
            ready = true;
            changed();
        });
        setOnHidden(e -> prompt.close());
        setResultConverter(button -> frame.acts(button) ? taken() : null);
    }

    private void begin(Map<String, String> remembered) {
        language.set(remembered.getOrDefault(LANGUAGE, i18n.locale().getLanguage()));
        try {
            count.getValueFactory().setValue(Integer.parseInt(remembered.getOrDefault(COUNT, "" + USUAL)));
        } catch (NumberFormatException e) {
            count.getValueFactory().setValue(USUAL); // someone changed the file of settings by hand
        }
        Path beside = sheet.map(Sheet::source).map(Path::toAbsolutePath).map(Path::normalize)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), "toybox"));
        Path free = beside.resolveSibling("instructions");
        for (int i = 2; Files.exists(free); i++) {
            free = beside.resolveSibling("instructions-" + i);
        }
        out.set(free);
    }

    /// Which captions belong to which picture takes a while in a large set.
    private void gather(Sheet open, Optional<Integer> row) {
        Optional<Path> looked = row.map(r -> open.set().rows().get(r).picture());
        Fx.deliver(CompletableFuture.supplyAsync(() -> InstructRequest.pictures(open.set().rows())), found -> {
            pictures = found;
            ready = true;
            own.set(!found.isEmpty());
            changed();
            for (int i = 0; i < found.size(); i++) {
                if (looked.filter(found.get(i).stream().map(DataRow::picture).findFirst().orElseThrow()::equals)
                        .isPresent()) {
                    prompt.go(i);
                    return;
                }
            }
        }, context.notices()::error);
    }

    private void fill(Map<String, String> remembered) {
        Segments<Boolean> sources = new Segments<>(own);
        sources.show(sheet.isPresent() ? List.of(true, false) : List.of(false), o -> toggle(
                o ? "sets.instruct.own" : "finetune.data.toybox", o ? "instruct-own" : "instruct-toybox"));
        Segments<String> languages = new Segments<>(language);
        languages.setPrefWrapLength(LANGUAGES_WIDTH);
        languages.show(LANGUAGES, l -> toggle("finetune.language." + l, "instruct-language-" + l));
        VBox kinds = Ui.column(6);
        List<String> wanted = List.of(
                remembered.getOrDefault(FORMS, String.join(",", InstructRequest.FORMS)).split(","));
        for (String form : InstructRequest.FORMS) {
            CheckBox box = i18n.label(new CheckBox(), "sets.instruct.form." + form);
            box.setId("instruct-form-" + form);
            box.setSelected(wanted.contains(form));
            box.selectedProperty().subscribe(s -> changed());
            forms.put(form, box);
            kinds.getChildren().add(box);
        }
        world.setId("instruct-world");
        world.setConverter(new Named<>(w -> i18n.get("finetune.world." + w)));
        frame.follow(() -> {
            String before = world.getValue() == null ? WORLDS.getFirst() : world.getValue();
            world.getItems().setAll(WORLDS); // a box asks for its texts once
            world.setValue(before);
        });
        count.setId("instruct-count");
        count.setEditable(true);
        seed.setId("instruct-seed");
        seed.setEditable(true);
        HBox scenes = Ui.row(12, titled("finetune.world", world), titled("sets.instruct.seed", seed));
        scenes.getChildren().forEach(n -> HBox.setHgrow(n, Priority.ALWAYS));
        own.subscribe(o -> Ui.show(scenes, !o));
        VBox left = Ui.column(12, Ui.styled(Ui.wrapped(i18n.label("sets.instruct.what")), "muted", "small"),
                Ui.column(4, i18n.label("sets.instruct.source"), sources), Ui.column(6,
                        i18n.label("sets.instruct.forms"), kinds),
                Ui.row(12, titled("sets.instruct.count", count),
                        Ui.column(2, Ui.styled(i18n.label("finetune.language"), "muted", "small"), languages)),
                scenes, writer);
        left.getStyleClass().add("asked");
        ScrollPane scroll = new ScrollPane(left);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        scroll.setPrefSize(SIDE, HEIGHT);
        scroll.setMinWidth(SIDE);
        HBox.setHgrow(prompt, Priority.ALWAYS);
        HBox both = new HBox(20, scroll, prompt);
        VBox.setVgrow(both, Priority.ALWAYS);
        frame.fill(WIDTH, both, out);
    }

    private ToggleButton toggle(String key, String id) {
        ToggleButton button = Ui.toggle(i18n, key);
        button.setId(id);
        return button;
    }

    private VBox titled(String key, Region control) {
        control.setMaxWidth(Double.MAX_VALUE);
        control.setPrefWidth(140);
        control.accessibleTextProperty().bind(i18n.text(key));
        Label name = Ui.styled(i18n.label(key), "muted", "small");
        name.setLabelFor(control);
        return Ui.column(2, name, control);
    }

    private List<String> chosen() {
        List<String> out = new ArrayList<>(InstructRequest.FORMS);
        out.removeIf(f -> !forms.get(f).isSelected());
        return out;
    }

    /// What is to be made is another: it is shown, and asked about anew.
    private void changed() {
        if (!ready || count.getValue() == null || seed.getValue() == null || world.getValue() == null) {
            return;
        }
        IntegerSpinnerValueFactory numbers = (IntegerSpinnerValueFactory) count.getValueFactory();
        numbers.setMax(own.get() ? Math.max(1, pictures.size()) : MOST);
        writer.sends(count.getValue() * chosen().size());
        prompt.show(request(), own.get() ? pictures : List.of());
        judge();
    }

    private InstructRequest request() {
        String data = own.get() ? sheet.orElseThrow().source().toString() : InstructRequest.TOYBOX;
        return new InstructRequest(data, count.getValue(), seed.getValue(), world.getValue(),
                LoadedModel.TOYBOX_SIDE, language.get(), chosen(), out.pathProperty().get().orElse(Path.of("")),
                writer.writer());
    }

    private InstructRequest taken() {
        Map<String, String> choices = new LinkedHashMap<>(writer.remembered());
        choices.put(FORMS, String.join(",", chosen()));
        choices.put(COUNT, count.getValue().toString());
        choices.put(LANGUAGE, language.get());
        context.settings().update(v -> v.withChoices(choices));
        return request();
    }

    private void judge() {
        if (ready) {
            frame.refuse(why());
        }
    }

    private Optional<Message> why() {
        if (chosen().isEmpty()) {
            return Optional.of(Message.of("sets.instruct.why.forms"));
        }
        if (own.get() && pictures.isEmpty()) {
            return Optional.of(Message.of("sets.instruct.why.captions"));
        }
        if (own.get() && !sheet.orElseThrow().now().edits().isEmpty()) {
            return Optional.of(Message.of("sets.instruct.why.edits"));
        }
        return writer.why(!own.get()).or(() -> out.pathProperty().get()
                .map(p -> Files.exists(p) ? Optional.of(Message.of("sets.save.taken")) : Optional.<Message>empty())
                .orElseGet(() -> Optional.of(Message.of("sets.save.bad"))));
    }
}
