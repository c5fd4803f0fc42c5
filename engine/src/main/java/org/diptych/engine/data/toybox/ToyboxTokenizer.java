package org.diptych.engine.data.toybox;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// One word-level vocabulary for both languages: English words, Chinese characters, the marks between them. Numbered so that the end token has the largest id, which is
/// where CLIP reads a text.
public final class ToyboxTokenizer {
    /// What a vocabulary reaches.
    public enum Reach {
        /// Captions: all that a model without a dialogue needs.
        CAPTIONS,
        /// Captions, questions, answers, conversations, statements about two pictures.
        CONVERSATIONS,
        /// The same in the form of a chat, with a token where a picture stands.
        INSTRUCTIONS
    }

    /// Where a picture stands in a text.
    public static final String IMAGE = "<image>";

    private static final List<String> SPECIALS = List.of("<pad>", "<unk>", "<mask>", IMAGE, "<s>", "</s>");
    private static final List<String> OTHER_WORDS = List.of("a", "an", "the", "there", "is", "are", "picture", "of",
            "you", "can", "see", "and", "with", "left",
            "right", "above", "below", "large", "small", "large", "what", "which", "colour", "how", "many", "where",
            "yes", "no", "none", "one", "two",
            "three", "four", "in", "on", "to", "than", "bigger", "smaller", "thing", "things", "background", "does",
            "it", "this", "both", "pictures", "only",
            "first", "second", ",", ".", "?", "!");
    private static final String OTHER_CHARACTERS = "一二两三四有里图中画面可以看到和还的在大小左右上下边方、，。？！什么颜色几个多少哪是不没这那比更张都只第背景吗";

    private static final List<String> TALK_WORDS = List.of("or", "at", "top", "bottom", "middle", "for", "not", "none",
            "five", "six", "seven", "eight", "size", "animal", "vehicle", "fruit", "plant", "them", "tell", "me", "all",
            "about", "describe", "why", "because", "nothing", "further", "goes", "from", "meet", "last", "snail", "has",
            "have", "more", "as", "together", "same", ":");
    private static final String TALK_CHARACTERS = "东西从请描述幅得详细点说动物交通工具水果植你怎么知道它们蜗牛走最后会碰到为因共样同五六七八零中间：";

    /// Words of the conversation that Vicuna was taught in, and LLaVA after it.
    private static final List<String> CHAT_WORDS = List.of("chat", "between", "curious", "user", "artificial",
            "intelligence", "assistant", "gives", "helpful", "detailed", "polite", "answers", "'", "s", "questions");

    /// Gaps that are not written.
    private static final String GAPS = " (?=[,.?!:])|(?<=[\\p{Han}，。？！：、]) | (?=[\\p{Han}，。？！：、])";

    private ToyboxTokenizer() {
    }

    /// @return words and characters in the order of their ids, specials first and last
    public static List<String> vocabulary() {
        return vocabulary(Reach.CAPTIONS);
    }

    /// @return the same for more than captions
    public static List<String> vocabulary(Reach reach) {
        return vocabulary(reach, List.of());
    }

    /// @param more words of other texts, in the order of their ids; they stand behind Toybox's, whose ids stay as they are but for the last two specials
    /// @return the same with further words
    public static List<String> vocabulary(Reach reach, List<String> more) {
        Set<String> words = new LinkedHashSet<>(List.of("<pad>", "<unk>", "<mask>"));
        Kind.ALL.forEach(k -> words.add(k.en));
        Hue.ALL.forEach(h -> words.add(h.en));
        words.addAll(OTHER_WORDS);
        Ground.ALL.forEach(g -> words.addAll(List.of(g.en.split(" "))));
        StringBuilder characters = new StringBuilder(OTHER_CHARACTERS);
        Kind.ALL.forEach(k -> characters.append(k.zh).append(k.measure));
        Hue.ALL.forEach(h -> characters.append(h.zh));
        Ground.ALL.forEach(g -> characters.append(g.zh));
        characters.codePoints().forEach(c -> words.add(Character.toString(c)));
        if (reach != Reach.CAPTIONS) {
            Kind.ALL.forEach(k -> words.add(new Phrases(false).plural(k)));
            words.addAll(TALK_WORDS);
            TALK_CHARACTERS.codePoints().forEach(c -> words.add(Character.toString(c)));
        }
        if (reach == Reach.INSTRUCTIONS) {
            words.addAll(CHAT_WORDS);
            words.add(IMAGE);
        }
        words.addAll(more);
        words.addAll(List.of("<s>", "</s>"));
        return new ArrayList<>(words);
    }

    /// @return a Hugging Face `tokenizer.json`
    public static String json() {
        return json(Reach.CAPTIONS);
    }

    /// @return the same for more than captions
    public static String json(Reach reach) {
        return json(reach, List.of());
    }

    /// @return the same with further words
    public static String json(Reach reach, List<String> more) {
        List<String> words = vocabulary(reach, more);
        JsonObject vocabulary = new JsonObject();
        for (int i = 0; i < words.size(); i++) {
            vocabulary.addProperty(words.get(i), i);
        }
        JsonObject model = object("type", "WordLevel");
        model.add("vocab", vocabulary);
        model.addProperty("unk_token", "<unk>");
        JsonObject json = object("version", "1.0");
        json.add("added_tokens", added(words));
        JsonArray normalizers = new JsonArray();
        JsonObject bert = object("type", "BertNormalizer"); // sets every Chinese character apart and lowers case
        bert.addProperty("clean_text", true);
        bert.addProperty("handle_chinese_chars", true);
        bert.addProperty("strip_accents", false);
        bert.addProperty("lowercase", true);
        normalizers.add(bert);
        JsonObject normalizer = object("type", "Sequence");
        normalizer.add("normalizers", normalizers);
        json.add("normalizer", normalizer);
        json.add("pre_tokenizer", object("type", "BertPreTokenizer"));
        json.add("post_processor", around(words));
        json.add("model", model);
        json.add("decoder", written());
        return new Gson().toJson(json);
    }

    /// Words are written with a gap between them, but none before a stop and none beside a Chinese character.
    private static JsonObject written() {
        JsonObject spaced = object("type", "WordPiece");
        spaced.addProperty("prefix", "##");
        spaced.addProperty("cleanup", false); // it would also make "don't" of "do not"
        JsonObject pattern = object("Regex", GAPS);
        JsonObject closed = object("type", "Replace");
        closed.add("pattern", pattern);
        closed.addProperty("content", "");
        JsonArray steps = new JsonArray();
        steps.add(spaced);
        steps.add(object("type", "Fuse"));
        steps.add(closed);
        JsonObject all = object("type", "Sequence");
        all.add("decoders", steps);
        return all;
    }

    private static JsonArray added(List<String> words) {
        JsonArray out = new JsonArray();
        for (String special : SPECIALS.stream().filter(words::contains).toList()) {
            JsonObject token = new JsonObject();
            token.addProperty("id", words.indexOf(special));
            token.addProperty("content", special);
            for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                token.addProperty(flag, false);
            }
            token.addProperty("special", true);
            out.add(token);
        }
        return out;
    }

    private static JsonObject around(List<String> words) {
        JsonObject out = object("type", "TemplateProcessing");
        JsonArray single = new JsonArray();
        single.add(piece("SpecialToken", "<s>"));
        single.add(piece("Sequence", "A"));
        single.add(piece("SpecialToken", "</s>"));
        JsonArray pair = single.deepCopy();
        pair.add(piece("Sequence", "B"));
        pair.add(piece("SpecialToken", "</s>"));
        out.add("single", single);
        out.add("pair", pair);
        JsonObject specials = new JsonObject();
        for (String special : List.of("<s>", "</s>")) {
            JsonObject token = object("id", special);
            JsonArray ids = new JsonArray();
            ids.add(words.indexOf(special));
            JsonArray tokens = new JsonArray();
            tokens.add(special);
            token.add("ids", ids);
            token.add("tokens", tokens);
            specials.add(special, token);
        }
        out.add("special_tokens", specials);
        return out;
    }

    private static JsonObject piece(String kind, String id) {
        JsonObject inner = object("id", id);
        inner.addProperty("type_id", 0);
        JsonObject out = new JsonObject();
        out.add(kind, inner);
        return out;
    }

    private static JsonObject object(String key, String value) {
        JsonObject out = new JsonObject();
        out.addProperty(key, value);
        return out;
    }
}
