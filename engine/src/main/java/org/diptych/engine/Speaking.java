package org.diptych.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.GenerateRequest;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.GenerateResult.Alternative;
import org.diptych.engine.api.GenerateResult.Gaze;
import org.diptych.engine.api.GenerateResult.Read;
import org.diptych.engine.api.GenerateResult.Word;
import org.diptych.engine.api.Generation;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.generate.Choice;
import org.diptych.engine.generate.Decoder;
import org.diptych.engine.generate.Gazes;
import org.diptych.engine.generate.Written;
import org.diptych.engine.model.Converses;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.Priority;

/// Lets a model write: words as they come, with their rivals and where the model looked.
final class Speaking {
    private final EngineLane lane;
    private final Shelf shelf;

    Speaking(EngineLane lane, Shelf shelf) {
        this.lane = lane;
        this.shelf = shelf;
    }

    Generation generate(GenerateRequest request) {
        Telling telling = new Telling(request);
        JobHandle<GenerateResult> job = lane.submitPrepared(Message.of("engine.job.generate"), Priority.INTERACTIVE,
                context -> encode(shelf.get(request.model()).model(), request),
                (encoded, context) -> telling.tell(shelf.get(request.model()).model(), encoded, context));
        return new Generation() {
            @Override
            public JobHandle<GenerateResult> job() {
                return job;
            }

            @Override
            public Optional<Read> read() {
                return telling.read;
            }

            @Override
            public List<Word> since(int count) {
                return telling.since(count);
            }
        };
    }

    private static Encoded encode(VisionLanguageModel model, GenerateRequest request) throws EngineException {
        if (!model.capabilities().contains(Capability.GENERATES) || !(model instanceof Generates writer)) {
            throw new EngineException("engine.method", model.family(), "generate");
        }
        if (request.text().isEmpty() && (writer.needsText() || request.picture().isEmpty())) {
            throw new EngineException("engine.prompt", model.family());
        }
        if (request.picture().isEmpty() && writer.needsPicture()) {
            throw new EngineException("engine.blind", model.family());
        }
        Sample sample = new Sample(request.picture(), request.text(), Optional.empty());
        if (request.said().isEmpty()) {
            return model.encode(sample);
        }
        if (!(model instanceof Converses talks)) {
            throw new EngineException("engine.method", model.family(), "conversation");
        }
        if (request.text().isEmpty()) {
            throw new EngineException("engine.prompt", model.family());
        }
        return talks.encode(sample, request.said().get());
    }

    /// One text in the making; its words are read from other threads.
    private static final class Telling {
        private final GenerateRequest request;
        private final List<Word> words = new ArrayList<>();
        private volatile Optional<Read> read = Optional.empty();

        Telling(GenerateRequest request) {
            this.request = request;
        }

        synchronized List<Word> since(int count) {
            return count >= words.size() ? List.of() : List.copyOf(words.subList(count, words.size()));
        }

        private synchronized void add(Word word) {
            words.add(word);
        }

        GenerateResult tell(VisionLanguageModel model, Encoded encoded, JobContext context) throws EngineException {
            Generates writer = (Generates) model;
            long start = System.nanoTime();
            read = Optional.of(new Read(encoded.tokens(), encoded.view(), grid(model, encoded),
                    place(model, encoded)));
            Inputs inputs = model.batch(List.of(encoded), context.scope());
            Gazes gazes = new Gazes(request.attention() ? model.everySite(encoded) : List.of());
            List<String> own = request.said().isPresent()
                    ? ((Converses) model).stops(request.said().get().template())
                    : writer.stops();
            List<String> stops = Stream.concat(request.how().stop().stream(), own.stream()).distinct().toList();
            Decoding how = request.how();
            List<Choice> sofar = new ArrayList<>();
            Decoder decoder = new Decoder(how).showing(request.alternatives())
                    .stopping(ids -> stopped(writer.text(ids), stops).isPresent())
                    .with((Decoder.Listener) moment -> {
                        if (request.attention()) {
                            gazes.step(moment);
                        }
                        if (how.beams() == 1 && moment.chosen().getFirst().id() != writer.ends().end()) {
                            sofar.add(moment.chosen().getFirst());
                            add(word(writer, sofar, gazes));
                        }
                        context.progress(Message.of("engine.phase.words"), moment.step() + 1L, how.most());
                        context.checkCancelled();
                    });
            Written.Text text = decoder
                    .write(writer, request.attention() ? Pass.listening(gazes) : Pass.INFER, inputs).texts().getFirst();
            double seconds = (System.nanoTime() - start) / 1e9;
            List<Word> told = new ArrayList<>();
            for (int i = 1; i <= text.choices().size(); i++) {
                told.add(word(writer, text.choices().subList(0, i), gazes));
            }
            String all = writer.text(text.fresh());
            return new GenerateResult(
                    stopped(all, stops).map(s -> all.substring(0, all.indexOf(s))).orElse(all).strip(),
                    encoded.tokens(), encoded.view(), grid(model, encoded), told,
                    GenerateResult.Reason.valueOf(text.reason().name()), text.score(), seconds,
                    notes(model, encoded, text.reason()));
        }

        private static Optional<Axis.Patches> grid(VisionLanguageModel model, Encoded encoded) {
            return encoded.height() > 0 ? model.patches() : Optional.empty();
        }

        /// Where a sequence has one token less of words than the prompt, the picture stands in its stead.
        private static Optional<Integer> place(VisionLanguageModel model, Encoded encoded) {
            int tokens = encoded.tokens().map(Tokens::size).orElse(0);
            return model.sites(encoded).stream().map(AttentionSite::key).filter(Axis.Joined.class::isInstance)
                    .map(key -> ((Axis.Joined) key).parts())
                    .filter(parts -> parts.stream().filter(Axis.Text.class::isInstance).mapToInt(Axis::size)
                            .sum() == tokens - 1 && parts.getFirst() instanceof Axis.Text)
                    .map(parts -> parts.getFirst().size()).findFirst();
        }

        private static Optional<String> stopped(String text, List<String> stops) {
            return stops.stream().filter(text::contains).findFirst();
        }

        private static List<Message> notes(VisionLanguageModel model, Encoded encoded, Written.Reason reason) {
            List<Message> notes = new ArrayList<>();
            encoded.tokens().filter(t -> t.truncated())
                    .ifPresent(_ -> notes.add(Message.of("engine.note.truncated", model.textLength())));
            if (reason == Written.Reason.CONTEXT) {
                notes.add(Message.of("engine.note.context", model.textLength()));
            }
            return notes;
        }

        private Word word(Generates writer, List<Choice> choices, Gazes gazes) {
            Choice last = choices.getLast();
            long[] ids = choices.stream().mapToLong(Choice::id).toArray();
            List<List<Gaze>> looked = gazes.of(ids);
            return new Word(last.id(), writer.word(last.id()), writer.text(ids), last.probability(),
                    last.alternatives().stream()
                            .map(a -> new Alternative(a.id(), writer.word(a.id()), a.probability())).toList(),
                    looked.isEmpty() ? List.of() : looked.getLast());
        }
    }
}
