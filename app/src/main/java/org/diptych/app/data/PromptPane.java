package org.diptych.app.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.control.Label;
import javafx.scene.control.Spinner;
import javafx.scene.control.SpinnerValueFactory;
import javafx.scene.control.TextArea;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.InstructRequest.Prompt;
import org.diptych.engine.api.JobHandle;

/// All that a language model would be sent for one picture, word for word. Nothing is sent to show it.
final class PromptPane extends VBox {
    private static final Duration QUIET = Duration.millis(150);

    private final AppContext context;
    private final ObjectProperty<String> form = new SimpleObjectProperty<>(InstructRequest.FORMS.getFirst());
    private final Spinner<Integer> picture = new Spinner<>(1, 1, 1);
    private final TextArea text = new TextArea();
    private final ErrorBanner banner;
    private final LatestTask<Asked, List<Prompt>> look;
    private Optional<Asked> newest = Optional.empty();

    /// @param rows of each picture of a set; none for Toybox, whose scenes go on from the request's seed
    private record Asked(InstructRequest request, List<List<DataRow>> rows, int picture, String form) {
        InstructRequest one() {
            long seed = request.seed() + (rows.isEmpty() ? picture : 0);
            return new InstructRequest(request.data(), 1, seed, request.world(), request.size(), request.language(),
                    List.of(form), request.out(), Optional.empty());
        }
    }

    PromptPane(AppContext context) {
        super(8);
        this.context = context;
        banner = new ErrorBanner(context.i18n());
        look = new LatestTask<>(QUIET, this::begin, this::show, banner::show);
        picture.setId("instruct-picture");
        picture.setEditable(true);
        picture.setPrefWidth(110);
        picture.accessibleTextProperty().bind(context.i18n().text("sets.instruct.picture"));
        Label name = context.i18n().label("sets.instruct.picture");
        name.setLabelFor(picture);
        Segments<String> forms = new Segments<>(form);
        forms.show(InstructRequest.FORMS, f -> Ui.toggle(context.i18n(), "sets.instruct.form." + f));
        text.setId("instruct-prompt");
        text.setEditable(false);
        text.setWrapText(true);
        text.accessibleTextProperty().bind(context.i18n().text("sets.instruct.prompt"));
        VBox.setVgrow(text, Priority.ALWAYS);
        getChildren().addAll(Ui.styled(context.i18n().label("sets.instruct.prompt"), "strong"), forms,
                Ui.row(8, name, picture), banner, text,
                Ui.styled(Ui.wrapped(context.i18n().label("sets.instruct.prompt.note")), "muted", "small"));
        form.subscribe(f -> again());
        picture.valueProperty().subscribe(n -> again());
    }

    /// Shows what the request would send.
    ///
    /// @param rows as [InstructRequest#pictures] has them; none for Toybox
    void show(InstructRequest request, List<List<DataRow>> rows) {
        newest = Optional.of(new Asked(request, rows, 0, form.get()));
        int most = Math.max(1, rows.isEmpty() ? request.count() : rows.size());
        int at = picture.getValue();
        picture.setValueFactory(new SpinnerValueFactory.IntegerSpinnerValueFactory(1, most, Math.min(at, most)));
        again();
    }

    /// @param number of the picture, from 0
    void go(int number) {
        picture.getValueFactory().setValue(number + 1);
    }

    /// Shows the prompt again.
    void again() {
        newest.ifPresent(n -> look.ask(new Asked(n.request, n.rows,
                picture.getValue() == null ? 0 : picture.getValue() - 1, form.get())));
    }

    private JobHandle<List<Prompt>> begin(Asked asked) {
        return asked.rows.isEmpty()
                ? context.engine().sets().prompts(asked.one())
                : context.engine().sets().prompts(asked.one(),
                        asked.rows.get(Math.min(asked.picture, asked.rows.size() - 1)));
    }

    private void show(List<Prompt> prompts) {
        banner.hide();
        text.setText(prompts.stream().flatMap(p -> p.said().stream())
                .map(s -> "[" + context.i18n().get("sets.instruct.role." + s.role()) + "]\n" + s.content())
                .collect(Collectors.joining("\n\n")));
        text.setScrollTop(0);
    }

    void close() {
        look.cancel();
    }
}
