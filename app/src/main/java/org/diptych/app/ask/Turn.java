package org.diptych.app.ask;

import java.util.List;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.diptych.app.canvas.Input;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.GenerateResult.Word;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RelevanceResult;

/// One question and what came of it. Used on JavaFX's thread.
final class Turn {
    enum State {
        GOING, DONE, STOPPED, FAILED
    }

    /// How fast words come.
    record Pace(int words, double seconds) {
        double rate() {
            return seconds > 0 ? words / seconds : 0;
        }
    }

    /// A guess that can be chosen: an answer of the list, a gap's best word, or the match.
    ///
    /// @param place  token of the gap, -1 for what belongs to the whole
    /// @param answer its name, empty where there is none
    record Finding(int place, String answer) {
        static final Finding WHOLE = new Finding(-1, "");
    }

    private final Mode mode;
    private final LoadedModel model;
    private final String asked;
    private final Optional<Input> input;
    private final Optional<Decoding> how;
    private final Optional<Said> said;
    private final List<String> among;
    final ObservableList<Word> words = FXCollections.observableArrayList();
    final ObjectProperty<Optional<GenerateResult.Read>> read = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<GenerateResult>> written = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<InspectResult>> found = new SimpleObjectProperty<>(Optional.empty());
    /// What the chosen finding rests on.
    final ObjectProperty<Optional<RelevanceResult>> rests = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Finding> finding = new SimpleObjectProperty<>(Finding.WHOLE);
    final ObjectProperty<State> state = new SimpleObjectProperty<>(State.GOING);
    final ObjectProperty<Pace> pace = new SimpleObjectProperty<>(new Pace(0, 0));

    /// @param how  how words are chosen, empty where none are written
    /// @param said what was said before, in a conversation; the form alone where it makes a text a question
    /// @param among answers to choose from, empty for the model's own list or words
    Turn(Mode mode, LoadedModel model, String asked, Optional<Input> input, Optional<Decoding> how,
            Optional<Said> said, List<String> among) {
        this.mode = mode;
        this.model = model;
        this.asked = asked;
        this.input = input;
        this.how = how;
        this.said = said;
        this.among = among;
    }

    Mode mode() {
        return mode;
    }

    LoadedModel model() {
        return model;
    }

    String asked() {
        return asked;
    }

    Optional<Input> input() {
        return input;
    }

    Optional<Decoding> how() {
        return how;
    }

    Optional<Said> said() {
        return said;
    }

    List<String> among() {
        return among;
    }

    /// @return true when it is answered in words that come one by one
    boolean writes() {
        return how.isPresent();
    }

    /// @return what was written, as far as it is
    String text() {
        return written.get().map(GenerateResult::text).orElse(words.isEmpty() ? "" : words.getLast().text().strip());
    }

    /// @return a word as it stands in the text; a piece that does not change the text, by its own name
    static String shown(List<Word> words, int index) {
        Word word = words.get(index);
        String before = index == 0 ? "" : words.get(index - 1).text();
        String more = word.text().startsWith(before) ? word.text().substring(before.length()).strip() : "";
        return more.isEmpty() ? word.string() : more;
    }
}
