package org.diptych.app.ask;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.diptych.app.ask.Turn.Finding;
import org.diptych.app.canvas.Input;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.LoadedModel;

/// The command that asks the same without a window.
final class AskCommands {
    private AskCommands() {
    }

    static String of(Turn turn) {
        boolean writes = turn.writes();
        List<String> words = new ArrayList<>(List.of("diptych", writes ? "ask" : "look", "--model",
                turn.model().provenance() == LoadedModel.Provenance.TOYBOX
                        ? turn.model().handle()
                        : turn.model().origin()));
        turn.input().ifPresent(input -> words.addAll(picture(input)));
        if (!turn.asked().isEmpty() || !writes) {
            words.addAll(List.of(writes && turn.mode() != Mode.CAPTION ? "--question" : "--text", turn.asked()));
        }
        if (!turn.among().isEmpty()) {
            words.addAll(List.of("--among", String.join(",", turn.among())));
        }
        turn.said().ifPresent(said -> words.addAll(said(said)));
        turn.how().ifPresent(how -> words.addAll(how.options()));
        words.addAll(finding(turn));
        return words.stream().map(CommandLine::quote).collect(Collectors.joining(" "));
    }

    private static List<String> picture(Input input) {
        return input.scene().map(s -> List.of("--scene", Long.toString(s.seed()))).orElseGet(() -> List.of("--image",
                input.file().map(f -> f.toAbsolutePath().toString()).orElse(input.seen().name())));
    }

    private static List<String> said(Said said) {
        List<String> words = new ArrayList<>(List.of("--template", said.template()));
        said.before().forEach(t -> words.addAll(List.of("--before", t.question(), "--before", t.answer())));
        return words;
    }

    private static List<String> finding(Turn turn) {
        Finding finding = turn.finding.get();
        Optional<String> score = turn.mode() == Mode.FILL && finding.place() >= 0
                ? Optional.of("word:" + finding.place())
                : turn.mode() == Mode.QUESTION && turn.found.get().isPresent()
                        ? Optional.of("answer:" + finding.answer())
                        : Optional.empty();
        return score.map(s -> List.of("--score", s)).orElse(List.of());
    }
}
