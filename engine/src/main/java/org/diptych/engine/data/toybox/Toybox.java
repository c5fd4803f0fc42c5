package org.diptych.engine.data.toybox;

import org.diptych.engine.api.Conversation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.Scene;

/// The door to the world: scenes and sentences from seeds. The same seed gives the same bytes on every machine.
public final class Toybox {
    private static final long WORDS = 0x5DEECE66DL;
    private static final long QUESTIONS = 0x6A09E667F3BCC909L;
    static final long TURNS = 0x3C6EF372FE94F82BL;
    private static final long REFERRALS = 0x510E527FADE682D1L;
    private static final long NEGATIVES = 0x1F83D9ABFB41BD6BL;
    private static final long STATEMENTS = 0x5BE0CD19137E2179L;

    private Toybox() {
    }

    /// @param size side of the picture in pixels; boxes and masks are in the same
    public static Scene scene(long seed, int size, World world) {
        Layout layout = Layout.of(seed, world);
        Map<String, List<String>> captions = new LinkedHashMap<>();
        for (boolean chinese : new boolean[]{false, true}) {
            captions.put(chinese ? "zh" : "en", List.of(Captions.brief(layout, chinese, new Dice(words(seed))).text(),
                    Captions.full(layout, chinese, new Dice(words(seed))).text()));
        }
        return new Scene(seed, Painter.picture(layout, size), Painter.things(layout, size), captions);
    }

    /// @param form `short`, `full` or `mixed`
    public static Caption caption(long seed, World world, String form, String language) {
        return Captions.of(Layout.of(seed, world), form, language.equals("zh"), new Dice(words(seed)));
    }

    /// @return the true caption's hard negatives: one word for the kind of one thing replaced by each other kind
    public static List<String> kindSwaps(long seed, World world, String form, String language, int thing) {
        return Swaps.kinds(Layout.of(seed, world), thing, form, language.equals("zh"), words(seed));
    }

    public static List<String> colourSwaps(long seed, World world, String form, String language, int thing) {
        return Swaps.colours(Layout.of(seed, world), thing, form, language.equals("zh"), words(seed));
    }

    /// @return captions that are false by one word, each saying which sort of word
    public static List<Negative> negatives(long seed, World world, String form, String language) {
        return Swaps.negatives(Layout.of(seed, world), form, language.equals("zh"), words(seed),
                new Dice(seed ^ NEGATIVES));
    }

    /// What a reader of a short caption alone can know of the kind or the colour of one thing, were that word left out.
    ///
    /// @param kind true for the kind, false for the colour
    /// @return word -> probability in the training world, all together 1
    public static Map<String, Double> odds(long seed, World world, String language, int thing, boolean kind) {
        Layout layout = Layout.of(seed, world);
        return kind
                ? Odds.kind(layout, thing, language.equals("zh"))
                : Odds.colour(layout, thing, language.equals("zh"));
    }

    /// @return where each two things stand, and which is bigger
    public static List<Fact> facts(long seed, World world) {
        return Facts.of(Layout.of(seed, world));
    }

    /// @param language `en` or `zh`, here and below
    /// @return the background's name
    public static String background(long seed, World world, String language) {
        Ground ground = Layout.of(seed, world).ground();
        return language.equals("zh") ? ground.zh : ground.en;
    }

    /// @return one question of each form that the scene allows
    public static List<Question> questions(long seed, World world, String language) {
        return Questions.of(Layout.of(seed, world), Phrases.of(language), new Dice(seed ^ QUESTIONS));
    }

    /// @return the closed list of answers, in the order of their class numbers
    public static List<String> answers(String language) {
        return Questions.answers(Phrases.of(language));
    }

    /// @return colour and kind of each thing, left to right as [Scene#objects] has them
    public static List<String> names(long seed, World world, String language) {
        return Layout.of(seed, world).things().stream().map(Phrases.of(language)::bare).toList();
    }

    /// @return names of the kinds of things, in the order of their class numbers
    public static List<String> kinds(String language) {
        return Kind.ALL.stream().map(k -> language.equals("zh") ? k.zh : k.en).toList();
    }

    /// @return names of all kinds in all colours, kind by kind; number class * colours + colour
    public static List<String> colouredKinds(String language) {
        Phrases phrases = Phrases.of(language);
        return Kind.ALL.stream().flatMap(k -> Hue.ALL.stream().map(h -> phrases.bare(k, h))).toList();
    }

    /// @return a conversation, a description and a piece of reasoning
    public static List<Conversation> conversations(long seed, World world, String language) {
        return Conversations.of(Layout.of(seed, world), Phrases.of(language), new Dice(seed ^ TURNS));
    }

    /// @return for each thing words that fit it alone
    public static List<Referring> referring(long seed, World world, String language) {
        return Referrals.of(Layout.of(seed, world), Phrases.of(language), new Dice(seed ^ REFERRALS));
    }

    /// @return a sentence about two scenes of one world, true in half the cases
    public static Statement statement(long first, long second, World world, String language) {
        return Statements.of(Layout.of(first, world), Layout.of(second, world), Phrases.of(language),
                new Dice(first * 31 + second ^ STATEMENTS));
    }

    /// @return the seed that decides which words a scene's captions use
    static long words(long seed) {
        return seed ^ WORDS;
    }

    /// @return seeds of `count` scenes of a split with pairwise different captions
    public static List<Long> distinct(int count, Split split, long shift, World world, String form, String language) {
        List<Long> seeds = new ArrayList<>();
        Set<String> said = new HashSet<>();
        for (long i = 0; seeds.size() < count; i++) {
            long seed = split.seed(i, shift);
            if (said.add(content(Layout.of(seed, world)))) {
                seeds.add(seed);
            }
        }
        return seeds;
    }

    /// Two scenes with the same things would be told apart by word order at best.
    private static String content(Layout layout) {
        return layout.things().stream().map(t -> t.hue() + " " + t.kind()).sorted().toList().toString();
    }
}
