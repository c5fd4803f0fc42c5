package org.diptych.app.inspect;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.util.Duration;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.TraceSelection;

/// Says which properties lead to which question; nothing else in the view starts work.
final class InspectController {
    private static final int SHOWN_SIZE = 512;
    private static final String WORLD = "aligned";
    /// A test-split scene with several things, so that the first map has something to tell apart.
    private static final long FIRST_SCENE = (2L << 40) + 1;

    private final AppContext context;
    private final InspectModel model;
    private final LatestTask<InspectRequest, InspectResult> look;
    private final LatestTask<RelevanceRequest, RelevanceResult> ask;
    private long nextScene = FIRST_SCENE;

    InspectController(AppContext context, InspectModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        look = new LatestTask<>(Duration.millis(150),
                request -> context.jobs().track(context.engine().inspect(request)), this::looked, failed);
        ask = new LatestTask<>(Duration.millis(60),
                request -> context.jobs().track(context.engine().relevance(request)),
                found -> model.relevance.set(Optional.of(found)), failed);
        context.model().subscribe((old, now) -> newModel(now));
        model.input.subscribe((old, now) -> look());
        model.text.subscribe((old, now) -> look());
        model.words.subscribe((old, now) -> {
            // A click on a word asks the picture, whatever was shown before.
            now.ifPresent(span -> {
                model.hinted.set(false);
                if (model.method.get().isEmpty()) {
                    model.method.set(methods().stream().findFirst());
                }
            });
            ask();
        });
        model.method.subscribe((old, now) -> ask());
        model.result.subscribe((old, now) -> ask());
    }

    LatestTask<InspectRequest, InspectResult> looking() {
        return look;
    }

    LatestTask<RelevanceRequest, RelevanceResult> asking() {
        return ask;
    }

    List<RelevanceMethod> methods() {
        return context.model().get().map(LoadedModel::methods).orElse(List.of());
    }

    /// The first picture and sentence: a scene of the small world, its true caption, and nothing stored.
    void begin() {
        if (model.input.get().isEmpty()) {
            scene(FIRST_SCENE);
        }
        model.method.set(methods().stream().findFirst());
        look();
    }

    void anotherScene() {
        remember();
        scene(++nextScene);
    }

    private void scene(long seed) {
        Scene large = context.engine().scene(seed, SHOWN_SIZE, WORLD);
        int size = context.model().get().map(LoadedModel::imageSize).orElse(64);
        model.words.set(Optional.empty());
        model.patch.set(Optional.empty());
        model.text.set(large.captions().get("en").getFirst());
        model.input.set(Optional.of(
                new Input(large.picture(), context.engine().scene(seed, size, WORLD).picture(), Optional.of(large))));
    }

    void open(Path file) {
        context.jobs().run(context.engine().readPicture(file), picture -> {
            remember();
            model.patch.set(Optional.empty());
            model.input.set(Optional.of(new Input(picture, picture, Optional.empty())));
        });
    }

    void say(String text) {
        if (!text.equals(model.text.get())) {
            remember();
            model.words.set(Optional.empty());
            model.text.set(text);
        }
    }

    private void remember() {
        Optional<Input> input = model.input.get();
        String text = model.text.get();
        if (input.isPresent()) {
            context.undo().push("inspect.undo", () -> {
                model.words.set(Optional.empty());
                model.text.set(text);
                model.input.set(input);
            });
        }
    }

    private void newModel(Optional<LoadedModel> now) {
        model.result.set(Optional.empty());
        model.relevance.set(Optional.empty());
        model.patch.set(Optional.empty());
        if (now.isPresent() && model.method.get().filter(m -> now.get().methods().contains(m)).isEmpty()) {
            model.method.set(now.get().methods().stream().findFirst());
        }
        look();
    }

    private void look() {
        if (context.model().get().isPresent() && model.input.get().isPresent()) {
            look.ask(new InspectRequest(context.model().get().get().handle(), model.input.get().get().seen(),
                    model.text.get(), TraceSelection.DEFAULT));
        }
    }

    private void looked(InspectResult result) {
        if (result.trace().site(model.site.get()).isEmpty()) {
            // Sites over the picture first: that is what a newcomer wants to see.
            model.site.set(result.trace().sites().stream().map(s -> s.site())
                    .sorted((a, b) -> Boolean.compare(overPicture(b), overPicture(a))).map(AttentionSite::name)
                    .findFirst().orElse(""));
        }
        result.trace().site(model.site.get()).ifPresent(
                s -> model.layer.set(Math.min(model.layer.get() == 0 ? s.site().layers() - 1 : model.layer.get(),
                        s.site().layers() - 1)));
        model.result.set(Optional.of(result));
    }

    static boolean overPicture(AttentionSite site) {
        return site.key() instanceof Axis.Patches;
    }

    private void ask() {
        if (context.model().get().isEmpty() || model.input.get().isEmpty() || model.method.get().isEmpty()
                || model.result.get().isEmpty()) {
            model.relevance.set(Optional.empty());
            return;
        }
        Tokens tokens = model.result.get().get().tokens();
        int start = model.words.get().map(span -> edge(tokens, span.first(), true)).orElse(0);
        int end = model.words.get().map(span -> edge(tokens, span.last(), false)).orElse(0);
        if (start < 0 || end < 0 || end > model.text.get().length() || start > end) {
            start = 0;
            end = 0;
        }
        ask.ask(new RelevanceRequest(context.model().get().get().handle(), model.input.get().get().seen(),
                model.text.get(), start, end, model.method.get().get()));
    }

    private static int edge(Tokens tokens, int index, boolean start) {
        Tokens.Token token = tokens.tokens().get(Math.min(index, tokens.size() - 1));
        return start ? token.start() : token.end();
    }

    /// @return the command that shows the same without a window
    String command() {
        StringBuilder text = new StringBuilder("diptych look --model ");
        text.append(CommandLine.quote(context.model().get()
                .map(m -> m.provenance() == LoadedModel.Provenance.TOYBOX ? m.handle() : m.origin()).orElse("clip")));
        model.input.get()
                .ifPresent(input -> text.append(input.scene().isPresent()
                        ? " --scene " + input.scene().get().seed()
                        : " --image " + CommandLine.quote(input.shown().name())));
        text.append(" --text ").append(CommandLine.quote(model.text.get()));
        model.method.get()
                .ifPresent(m -> text.append(" --method ").append(m.name().toLowerCase(java.util.Locale.ROOT)));
        asked().ifPresent(words -> text.append(" --words ").append(CommandLine.quote(words)));
        return text.append(" --out look").toString();
    }

    /// @return the chosen words as they stand in the sentence
    Optional<String> asked() {
        Optional<TokenStrip.Span> span = model.words.get();
        if (span.isEmpty() || model.result.get().isEmpty()) {
            return Optional.empty();
        }
        Tokens tokens = model.result.get().get().tokens();
        int start = edge(tokens, span.get().first(), true);
        int end = edge(tokens, span.get().last(), false);
        return start >= 0 && end <= tokens.text().length() && start < end
                ? Optional.of(tokens.text().substring(start, end))
                : Optional.empty();
    }
}
