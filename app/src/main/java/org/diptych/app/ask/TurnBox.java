package org.diptych.app.ask;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javafx.collections.ListChangeListener;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.ask.AskModel.Place;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Subscriptions;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Tokens;

/// One question in the transcript: what was asked, what the model read, and the words or findings that answer.
final class TurnBox extends VBox {
    private final I18n i18n;
    private final AskModel model;
    private final Turn turn;
    private final Chips prompt = new Chips(Optional.empty(), "prompt");
    private final Chips words;
    private final Label pace = Ui.styled(new Label(), "small", "muted");
    private final Label notes = Ui.wrapped(Ui.styled(new Label(), "badge", "warn"));
    private final FindingsPane findings;

    TurnBox(I18n i18n, AskModel model, AskController controller, Turn turn) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        this.turn = turn;
        getStyleClass().add("panel-subtle");
        words = new Chips(Optional.of(i -> model.place.set(Optional.of(new Place(turn, i)))), "answer");
        words.setId("ask-words");
        words.accessibleTextProperty().bind(i18n.text("ask.words"));
        prompt.setId("ask-prompt");
        pace.setMinWidth(Region.USE_PREF_SIZE);
        findings = new FindingsPane(i18n, turn, controller);
        getChildren().addAll(header(), prompt, words, findings, notes);
        turn.words.addListener((ListChangeListener<GenerateResult.Word>) change -> write());
        turn.read.subscribe(r -> read());
        turn.found.subscribe(f -> read());
        turn.rests.subscribe(r -> mark());
        turn.state.subscribe(s -> say());
        turn.pace.subscribe(p -> say());
        Ui.show(prompt, false);
        write();
    }

    /// What a transcript's row follows beyond its own turn, until it is taken away.
    void follow(Subscriptions until) {
        until.add(model.place.subscribe(p -> mark()));
        until.add(model.site.subscribe(s -> mark()));
        until.add(model.layer.subscribe(l -> mark()));
        until.add(i18n.textsProperty().subscribe(t -> say()));
    }

    private HBox header() {
        Label kind = Ui.styled(i18n.label(turn.mode().key()), "badge", "note");
        kind.setMinWidth(Region.USE_PREF_SIZE);
        Label asked = Ui.wrapped(Ui.styled(new Label(turn.asked()), "strong"));
        HBox.setHgrow(asked, Priority.ALWAYS);
        asked.setMaxWidth(Double.MAX_VALUE);
        return Ui.row(8, kind, asked, pace);
    }

    private Optional<Tokens> tokens() {
        return turn.read.get().flatMap(GenerateResult.Read::prompt)
                .or(() -> turn.found.get().map(InspectResult::tokens));
    }

    private void read() {
        prompt.clear();
        tokens().ifPresent(t -> t.tokens().forEach(token -> prompt.add(token.string(), token.special())));
        findings.show();
        mark();
    }

    private void write() {
        boolean grown = words.size() > 0 && words.size() < turn.words.size();
        if (!grown) {
            words.clear();
        }
        for (int i = words.size(); i < turn.words.size(); i++) {
            words.add(Turn.shown(turn.words, i), false);
        }
        Ui.show(words, !turn.words.isEmpty());
        mark();
        say();
    }

    /// Marks the chosen word, and tints what it looked at.
    private void mark() {
        Optional<Place> here = model.place.get().filter(p -> p.turn() == turn);
        Ui.show(prompt, here.isPresent() && prompt.size() > 0);
        words.select(here.map(Place::word).orElse(-1));
        Sight sight = here.isPresent() ? AskPicture.sight(model) : Sight.NONE;
        words.tint(sight.written());
        prompt.tint(spread(sight.prompt()));
    }

    /// The picture's own place in a prompt is left out of what is told of the words.
    private float[] spread(float[] shares) {
        Optional<Integer> gap = turn.read.get().flatMap(GenerateResult.Read::place);
        if (gap.isEmpty() || shares.length < gap.get()) {
            return shares;
        }
        float[] all = new float[shares.length + 1];
        System.arraycopy(shares, 0, all, 0, gap.get());
        System.arraycopy(shares, gap.get(), all, gap.get() + 1, shares.length - gap.get());
        return all;
    }

    private void say() {
        Turn.Pace p = turn.pace.get();
        String rate = p.words() == 0
                ? ""
                : i18n.get("ask.pace", p.words(), String.format(Locale.ROOT, "%.1f", p.rate()));
        pace.setText(switch (turn.state.get()) {
            case GOING -> rate.isEmpty() ? i18n.get("ask.state.going") : rate;
            case STOPPED -> i18n.get("ask.state.stopped", rate).strip();
            case FAILED -> i18n.get("ask.state.failed");
            case DONE -> rate.isEmpty() && turn.written.get().isPresent() ? i18n.get("ask.state.silent") : rate;
        });
        List<String> said = new ArrayList<>();
        Stream.concat(turn.written.get().map(GenerateResult::notes).orElse(List.of()).stream(),
                turn.found.get().map(InspectResult::notes).orElse(List.of()).stream())
                .map((Message note) -> i18n.texts().get(note)).forEach(said::add);
        turn.written.get().filter(r -> r.reason() == GenerateResult.Reason.LENGTH)
                .ifPresent(r -> said.add(i18n.get("ask.length", r.words().size())));
        notes.setText(String.join("\n", said));
        Ui.show(notes, !said.isEmpty());
        findings.show();
    }
}
