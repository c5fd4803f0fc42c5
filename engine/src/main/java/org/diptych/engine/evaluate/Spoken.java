package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Sample;
import org.diptych.engine.data.regions.Blank;
import org.diptych.engine.generate.Decoder;
import org.diptych.engine.generate.Written;
import org.diptych.engine.model.Converses;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;

/// What a model writes of a picture, always taking the likeliest word, and how right that is: one way for the marks of a model and for what a run says of itself on the way.
public final class Spoken {
    private static final int MOST = 48;
    private static final Pattern PIECE = Pattern.compile("\\w+|[^\\w\\s]");
    /// A tokenizer of words puts gaps between Chinese characters.
    private static final Pattern GAP = Pattern.compile("(?<=\\p{IsHan})\\s+|\\s+(?=\\p{IsHan})");

    /// A text to be written.
    ///
    /// @param stops texts that end it
    public record Asked(Encoded encoded, List<String> stops) {
    }

    private Spoken() {
    }

    /// @return true for a model that writes captions or replies about pictures
    static boolean writes(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.GENERATES) && model instanceof Generates && Blank.sees(model);
    }

    /// @return true for a model that writes captions of pictures alone
    public static boolean captions(VisionLanguageModel model) {
        return writes(model) && !((Generates) model).needsText();
    }

    /// @return true for a model that writes the next answer of a conversation
    public static boolean replies(VisionLanguageModel model) {
        return writes(model) && ((Generates) model).needsText() && model instanceof Converses;
    }

    /// @param model that [#captions(VisionLanguageModel)]
    public static Asked caption(VisionLanguageModel model, Picture picture) throws EngineException {
        return new Asked(model.encode(Sample.of(picture)), List.of());
    }

    /// @param model that [#replies]
    /// @param turn  place of the question; what was said before it is read too
    public static Asked reply(VisionLanguageModel model, Picture picture, List<Conversation.Turn> turns, int turn)
            throws EngineException {
        Converses talks = (Converses) model;
        String template = talks.templates().getFirst();
        return new Asked(talks.encode(Sample.of(picture, turns.get(turn).question()),
                new Said(template, turns.subList(0, turn))), talks.stops(template));
    }

    /// Writes several captions at once, or one reply.
    ///
    /// @param asked of which all have the same stops
    /// @param scope owns the tensors made for it
    /// @return the texts
    public static List<String> write(VisionLanguageModel model, List<Asked> asked, NDManager scope) {
        List<String> stops = asked.getFirst().stops;
        return texts(model, asked, stops, decoder(model, stops), Pass.INFER, scope).stream()
                .map(t -> text(model, t, stops)).toList();
    }

    /// @param heard is told of every step, and listens to `pass`
    static Written.Text write(VisionLanguageModel model, Asked asked, Pass pass, Decoder.Listener heard,
            NDManager scope) {
        return texts(model, List.of(asked), asked.stops, decoder(model, asked.stops).with(heard), pass, scope)
                .getFirst();
    }

    private static Decoder decoder(VisionLanguageModel model, List<String> stops) {
        return new Decoder(Decoding.greedy(MOST))
                .stopping(ids -> stops.stream().anyMatch(((Generates) model).text(ids)::contains));
    }

    private static List<Written.Text> texts(VisionLanguageModel model, List<Asked> asked, List<String> stops,
            Decoder decoder, Pass pass, NDManager scope) {
        return decoder
                .write((Generates) model, pass, model.batch(asked.stream().map(Asked::encoded).toList(), scope))
                .texts();
    }

    /// @return the text up to where it was stopped
    static String text(VisionLanguageModel model, Written.Text written, List<String> stops) {
        String all = ((Generates) model).text(written.fresh());
        for (String stop : stops) {
            all = all.contains(stop) ? all.substring(0, all.indexOf(stop)) : all;
        }
        return all.strip();
    }

    /// @param things as they are called, each with its colour
    /// @return true when the caption names every thing
    public static boolean names(String caption, List<String> things) {
        String closed = GAP.matcher(caption).replaceAll("");
        return things.stream().allMatch(closed::contains);
    }

    /// @return true when both have the same words and stops in the same order; capitals and the gaps between them are the tokenizer's
    public static boolean same(String one, String other) {
        return pieces(one).equals(pieces(other));
    }

    /// ROUGE-1 (Lin 2004): of how many words a text and what it should say have in common, the harmonic mean of the shares of both.
    ///
    /// @return 0 to 1
    public static double common(String one, String other) {
        List<String> left = words(one);
        List<String> right = new ArrayList<>(words(other));
        int all = left.size() + right.size();
        return all == 0 ? 0 : 2.0 * left.stream().filter(right::remove).count() / all;
    }

    /// @return words, and Chinese characters one by one
    private static List<String> words(String text) {
        return pieces(text.replaceAll("(\\p{IsHan})", " $1 ")).stream()
                .filter(p -> Character.isLetterOrDigit(p.codePointAt(0))).toList();
    }

    private static List<String> pieces(String text) {
        return PIECE.matcher(text.toLowerCase(Locale.ROOT)).results().map(MatchResult::group).toList();
    }
}
