package org.diptych.engine.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes in memory the `tokenizer.json` that a folder with an older form of vocabulary has not.
final class TokenizerJson {
    private static final int GAPS = 100;
    private static final String SPACE = "\u2581";
    private static final String CLIP_WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private TokenizerJson() {
    }

    /// A piece that is cut out of the text before anything else.
    ///
    /// @param left true when it swallows the white space on its left
    record Special(String text, int id, boolean left) {
        Special(String text, int id) {
            this(text, id, false);
        }
    }

    /// What stands around a text, and between two.
    record Frame(List<Special> before, List<Special> between, List<Special> after) {
        static final Frame NONE = new Frame(List.of(), List.of(), List.of());
    }

    /// CLIP's byte pairs, whose words end in `</w>`.
    static JsonObject clip(Map<String, Integer> vocabulary, List<String> merges, Frame frame, List<Special> specials) {
        JsonObject split = typed("Split");
        JsonObject pattern = new JsonObject();
        pattern.addProperty("Regex", CLIP_WORDS);
        split.add("pattern", pattern);
        split.addProperty("behavior", "Removed");
        split.addProperty("invert", true);
        JsonObject model = bytePairs(vocabulary, merges);
        model.addProperty("end_of_word_suffix", "</w>");
        return whole(typed("NFC"), sequence("pretokenizers", split, byteLevel()), model, frame, byteLevel(),
                specials);
    }

    /// GPT-2's byte pairs, as RoBERTa and OPT use them.
    static JsonObject byteLevel(Map<String, Integer> vocabulary, List<String> merges, Frame frame,
            List<Special> specials) {
        JsonObject words = byteLevel();
        words.addProperty("use_regex", true);
        JsonObject decoder = byteLevel();
        return whole(null, words, bytePairs(vocabulary, merges), frame, decoder, specials);
    }

    /// BERT's word pieces.
    static JsonObject wordPiece(Map<String, Integer> vocabulary, boolean lowerCase, Frame frame,
            List<Special> specials) {
        JsonObject normalizer = typed("BertNormalizer");
        normalizer.addProperty("clean_text", true);
        normalizer.addProperty("handle_chinese_chars", true);
        normalizer.add("strip_accents", JsonNull.INSTANCE);
        normalizer.addProperty("lowercase", lowerCase);
        JsonObject model = typed("WordPiece");
        model.addProperty("unk_token", "[UNK]");
        model.addProperty("continuing_subword_prefix", "##");
        model.addProperty("max_input_chars_per_word", 100);
        model.add("vocab", object(vocabulary));
        JsonObject decoder = typed("WordPiece");
        decoder.addProperty("prefix", "##");
        decoder.addProperty("cleanup", true);
        return whole(normalizer, typed("BertPreTokenizer"), model, frame, decoder, specials);
    }

    /// A SentencePiece model of byte pairs with ids as they stand (LLaMA).
    ///
    /// @param legacy true when the space that a text starts with is put before every part between special tokens; if false, [TextTokenizer]
    ///               puts one before the whole
    static JsonObject llama(SentencePieceModel source, boolean legacy) {
        Map<String, Integer> vocabulary = source.ids();
        JsonObject model = bytePairs(vocabulary, source.merges());
        model.addProperty("unk_token", source.pieces().getFirst().text());
        model.addProperty("fuse_unk", true);
        model.addProperty("byte_fallback", source.byteFallback());
        JsonObject normalizer = charsMap(source);
        JsonObject spaces = replace("String", " ", SPACE);
        if (source.dummyPrefix() && legacy) {
            JsonObject prepend = typed("Prepend");
            prepend.addProperty("prepend", SPACE);
            normalizer = sequence("normalizers", normalizer, prepend, spaces);
        } else {
            normalizer = sequence("normalizers", normalizer, spaces);
        }
        List<Special> specials = specials(source);
        List<Special> before = vocabulary.containsKey("<s>")
                ? List.of(new Special("<s>", vocabulary.get("<s>")))
                : List.of();
        JsonObject strip = typed("Strip");
        strip.addProperty("content", " ");
        strip.addProperty("start", 1);
        strip.addProperty("stop", 0);
        JsonObject decoder = sequence("decoders", replace("String", SPACE, " "), typed("ByteFallback"), typed("Fuse"),
                strip);
        return whole(normalizer, null, model, new Frame(before, before, List.of()), decoder, specials);
    }

    /// A unigram SentencePiece model under XLM-R's ids: `<s> <pad> </s> <unk>`, then every piece one higher than in the file, `<mask>` last.
    static JsonObject xlmRoberta(SentencePieceModel source) {
        JsonArray vocabulary = new JsonArray();
        for (String first : List.of("<s>", "<pad>", "</s>", "<unk>")) {
            vocabulary.add(scored(first, 0));
        }
        List<SentencePieceModel.Piece> pieces = source.pieces();
        pieces.subList(Math.min(3, pieces.size()), pieces.size())
                .forEach(p -> vocabulary.add(scored(p.text(), p.score())));
        Special mask = new Special("<mask>", vocabulary.size(), true);
        vocabulary.add(scored(mask.text, 0));
        Special begin = new Special("<s>", 0);
        Special end = new Special("</s>", 2);
        return unigram(source, vocabulary, 3, new Frame(List.of(begin), List.of(end, end), List.of(end)),
                List.of(begin, new Special("<pad>", 1), end, new Special("<unk>", 3), mask));
    }

    /// T5's: the model's own ids, and a hundred tokens that stand for gaps behind them, the last first (Hugging Face `tokenization_t5.py`).
    static JsonObject t5(SentencePieceModel source) {
        JsonArray vocabulary = new JsonArray();
        source.pieces().forEach(p -> vocabulary.add(scored(p.text(), p.score())));
        List<Special> specials = specials(source);
        Special end = specials.stream().filter(p -> p.text.equals("</s>")).findFirst().orElseThrow();
        int unknown = specials.stream().filter(p -> p.text.equals("<unk>")).findFirst().orElseThrow().id;
        for (int gap = GAPS - 1; gap >= 0; gap--) {
            specials.add(new Special("<extra_id_" + gap + ">", vocabulary.size()));
            vocabulary.add(scored("<extra_id_" + gap + ">", 0));
        }
        return unigram(source, vocabulary, unknown, new Frame(List.of(), List.of(end), List.of(end)), specials);
    }

    private static List<Special> specials(SentencePieceModel source) {
        List<Special> specials = new ArrayList<>();
        for (int id = 0; id < source.pieces().size(); id++) {
            switch (source.pieces().get(id).type()) {
                case UNKNOWN, CONTROL, USER_DEFINED -> specials.add(new Special(source.pieces().get(id).text(), id));
                case NORMAL, UNUSED, BYTE -> {
                    continue;
                }
            }
        }
        return specials;
    }

    private static JsonObject unigram(SentencePieceModel source, JsonArray vocabulary, int unknown, Frame frame,
            List<Special> specials) {
        JsonObject model = typed("Unigram");
        model.addProperty("unk_id", unknown);
        model.add("vocab", vocabulary);
        model.addProperty("byte_fallback", false);
        JsonObject normalizer = charsMap(source);
        if (source.trimSpaces()) {
            JsonObject strip = typed("Strip");
            strip.addProperty("strip_left", true);
            strip.addProperty("strip_right", true);
            normalizer = sequence("normalizers", normalizer, strip, replace("Regex", " {2,}", " "));
        }
        return whole(normalizer, metaspace(source.dummyPrefix() ? "always" : "never", true), model, frame,
                metaspace("always", true), specials);
    }

    private static JsonObject charsMap(SentencePieceModel source) {
        if (source.charsMap().length == 0) {
            return null;
        }
        JsonObject normalizer = typed("Precompiled");
        normalizer.addProperty("precompiled_charsmap", Base64.getEncoder().encodeToString(source.charsMap()));
        return normalizer;
    }

    private static JsonObject bytePairs(Map<String, Integer> vocabulary, List<String> merges) {
        JsonObject model = typed("BPE");
        model.add("vocab", object(vocabulary));
        JsonArray pairs = new JsonArray();
        merges.forEach(pairs::add);
        model.add("merges", pairs);
        return model;
    }

    private static JsonObject byteLevel() {
        JsonObject byteLevel = typed("ByteLevel");
        byteLevel.addProperty("add_prefix_space", false);
        byteLevel.addProperty("trim_offsets", true);
        byteLevel.addProperty("use_regex", false);
        return byteLevel;
    }

    private static JsonObject metaspace(String scheme, boolean split) {
        JsonObject metaspace = typed("Metaspace");
        metaspace.addProperty("replacement", SPACE);
        metaspace.addProperty("prepend_scheme", scheme);
        metaspace.addProperty("split", split);
        return metaspace;
    }

    private static JsonObject replace(String kind, String from, String to) {
        JsonObject pattern = new JsonObject();
        pattern.addProperty(kind, from);
        JsonObject replace = typed("Replace");
        replace.add("pattern", pattern);
        replace.addProperty("content", to);
        return replace;
    }

    private static JsonArray scored(String piece, float score) {
        JsonArray pair = new JsonArray();
        pair.add(piece);
        pair.add(score);
        return pair;
    }

    private static JsonObject typed(String type) {
        JsonObject object = new JsonObject();
        object.addProperty("type", type);
        return object;
    }

    private static JsonObject sequence(String key, JsonObject... parts) {
        JsonArray list = new JsonArray();
        for (JsonObject part : parts) {
            if (part != null) {
                list.add(part);
            }
        }
        JsonObject sequence = typed("Sequence");
        sequence.add(key, list);
        return sequence;
    }

    private static JsonObject object(Map<String, Integer> vocabulary) {
        JsonObject object = new JsonObject();
        vocabulary.forEach(object::addProperty);
        return object;
    }

    private static JsonObject whole(JsonElement normalizer, JsonElement words, JsonObject model, Frame frame,
            JsonObject decoder, List<Special> specials) {
        JsonObject json = new JsonObject();
        json.addProperty("version", "1.0");
        JsonArray added = new JsonArray();
        for (Special special : specials) {
            JsonObject token = new JsonObject();
            token.add("id", new JsonPrimitive(special.id));
            token.addProperty("content", special.text);
            token.addProperty("single_word", false);
            token.addProperty("lstrip", special.left);
            token.addProperty("rstrip", false);
            token.addProperty("normalized", false);
            token.addProperty("special", true);
            added.add(token);
        }
        json.add("added_tokens", added);
        json.add("normalizer", normalizer);
        json.add("pre_tokenizer", words);
        json.add("model", model);
        if (!frame.equals(Frame.NONE)) {
            json.add("post_processor", template(frame));
        }
        json.add("decoder", decoder);
        return json;
    }

    private static JsonObject template(Frame frame) {
        JsonObject template = typed("TemplateProcessing");
        Map<String, Special> used = new HashMap<>();
        JsonArray single = new JsonArray();
        JsonArray pair = new JsonArray();
        for (Special special : frame.before) {
            single.add(part("SpecialToken", special.text, 0));
            pair.add(part("SpecialToken", special.text, 0));
            used.put(special.text, special);
        }
        single.add(part("Sequence", "A", 0));
        pair.add(part("Sequence", "A", 0));
        for (int i = 0; i < frame.between.size(); i++) {
            pair.add(part("SpecialToken", frame.between.get(i).text, i == 0 ? 0 : 1));
            used.put(frame.between.get(i).text, frame.between.get(i));
        }
        pair.add(part("Sequence", "B", 1));
        for (Special special : frame.after) {
            single.add(part("SpecialToken", special.text, 0));
            pair.add(part("SpecialToken", special.text, 1));
            used.put(special.text, special);
        }
        template.add("single", single);
        template.add("pair", pair);
        JsonObject tokens = new JsonObject();
        used.forEach((text, special) -> {
            JsonObject token = new JsonObject();
            token.addProperty("id", text);
            JsonArray ids = new JsonArray();
            ids.add(special.id);
            token.add("ids", ids);
            JsonArray names = new JsonArray();
            names.add(text);
            token.add("tokens", names);
            tokens.add(text, token);
        });
        template.add("special_tokens", tokens);
        return template;
    }

    private static JsonObject part(String kind, String id, int segment) {
        JsonObject inner = new JsonObject();
        inner.addProperty("id", id);
        inner.addProperty("type_id", segment);
        JsonObject part = new JsonObject();
        part.add(kind, inner);
        return part;
    }
}
