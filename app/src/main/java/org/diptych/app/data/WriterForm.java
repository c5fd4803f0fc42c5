package org.diptych.app.data;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javafx.geometry.Pos;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.control.PasswordField;
import javafx.scene.control.TextField;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.InstructRequest.Writer;
import org.diptych.engine.api.Message;

/// Who writes: nobody beyond this computer, unless a person names a language model and agrees to what is sent there.
final class WriterForm extends VBox {
    private static final String ADDRESS = "instruct.address";
    private static final String NAME = "instruct.llm";
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private final I18n i18n;
    private final CheckBox asks = new CheckBox();
    private final TextField address = new TextField();
    private final TextField name = new TextField();
    private final PasswordField key = new PasswordField();
    private final Label sent = Ui.wrapped(new Label());
    private final CheckBox agree = new CheckBox();
    private int requests;

    /// @param remembered what was typed here before; the consent and the key are never
    /// @param changed    called after every change
    WriterForm(I18n i18n, Map<String, String> remembered, Runnable changed) {
        super(8);
        this.i18n = i18n;
        asks.setId("instruct-asks");
        agree.setId("instruct-agree");
        sent.setId("instruct-sent");
        wrap(i18n.label(asks, "sets.instruct.asks"));
        wrap(i18n.label(agree, "sets.instruct.agree"));
        address.setPromptText("http://127.0.0.1:8000/v1");
        address.setText(remembered.getOrDefault(ADDRESS, ""));
        name.setText(remembered.getOrDefault(NAME, "default"));
        VBox consent = Ui.styled(Ui.column(8, sent, agree), "panel-subtle");
        VBox form = Ui.column(8, field("sets.instruct.address", "instruct-address", address),
                field("sets.instruct.llm", "instruct-llm", name), field("sets.instruct.key", "instruct-key", key),
                consent);
        getChildren().addAll(asks, form);
        asks.selectedProperty().subscribe(on -> {
            Ui.show(form, on);
            agree.setSelected(false);
            changed.run();
        });
        address.textProperty().subscribe(t -> {
            agree.setSelected(false); // it was given for another place
            say();
            changed.run();
        });
        name.textProperty().subscribe(t -> changed.run());
        agree.selectedProperty().subscribe(a -> changed.run());
    }

    private static void wrap(CheckBox box) {
        box.setWrapText(true);
        box.setMinHeight(USE_PREF_SIZE);
        box.setAlignment(Pos.TOP_LEFT);
    }

    private VBox field(String text, String id, TextField field) {
        Label label = Ui.styled(i18n.label(text), "muted", "small");
        label.setLabelFor(field);
        field.setId(id);
        field.accessibleTextProperty().bind(i18n.text(text));
        return Ui.column(2, label, field);
    }

    /// Other pictures, kinds or numbers are to be sent: who agreed to the ones before is asked anew.
    void sends(int requests) {
        this.requests = requests;
        agree.setSelected(false);
        say();
    }

    /// Says what would be sent where, in the language of this moment.
    void say() {
        sent.setText(i18n.get("sets.instruct.sent", requests,
                host().orElseGet(() -> i18n.get("sets.instruct.nowhere"))));
        agree.setDisable(host().isEmpty());
    }

    private Optional<String> host() {
        try {
            URI uri = URI.create(address.getText().strip());
            boolean web = uri.getScheme() != null && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT));
            return Optional.ofNullable(web ? uri.getHost() : null);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// @return the language model that may be asked; nothing without consent
    Optional<Writer> writer() {
        return asks.isSelected() && agree.isSelected() && host().isPresent()
                ? Optional.of(new Writer(address.getText().strip(),
                        name.getText().isBlank() ? "default" : name.getText().strip(),
                        Optional.of(key.getText()).filter(k -> !k.isBlank())))
                : Optional.empty();
    }

    /// @return why nobody can write, if so
    ///
    /// @param toybox true where pictures can be written about without a language model
    Optional<Message> why(boolean toybox) {
        if (!asks.isSelected()) {
            return toybox ? Optional.empty() : Optional.of(Message.of("sets.instruct.why.writer"));
        }
        if (host().isEmpty()) {
            return Optional.of(Message.of("sets.instruct.why.address"));
        }
        return agree.isSelected() ? Optional.empty() : Optional.of(Message.of("sets.instruct.why.agree"));
    }

    /// @return what is remembered of it
    Map<String, String> remembered() {
        Map<String, String> out = new LinkedHashMap<>();
        out.put(ADDRESS, address.getText().strip());
        out.put(NAME, name.getText().strip());
        return out;
    }
}
