package org.diptych.engine.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.toybox.ToyboxTokenizer;

/// What lies beside a model that begins from nothing: a tokenizer with Toybox's words and those of a person's own set, and how pictures are prepared.
public final class FreshFiles {
    /// CLIP's own channel means and deviations, which serve any picture.
    private static final List<Double> MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final String FRESH = "fresh:";
    static final String TOKENIZER = "tokenizer.json";
    /// Says, with the id that stands for a picture, that a model reads pictures among words.
    private static final String PLACE = "image_token_index";
    private static final List<String> WORDS = List.of("text_config", "bert_config", "vlmo_config");
    private static final List<String> PICTURES = List.of("vision_config", "vision", "vlmo_config");
    /// Numbers of a region, as UNITER, LXMERT and ViLBERT name them.
    private static final List<String> REGION_WIDTH = List.of("img_dim", "visual_feat_dim", "v_feature_size");
    /// Classes of regions and one for the background, as UNITER and ViLBERT name them.
    private static final List<String> WITH_BACKGROUND = List.of("region_classes", "v_target_size");
    private static final List<Double> DEVIATION = List.of(0.26862954, 0.26130258, 0.27577711);

    private FreshFiles() {
    }

    /// @return true when the vocabulary grows by the words of the plan's data: those of a person's own set, unless another model's word embeddings are taken over, which
    ///         have their rows already
    public static boolean learnsWords(FineTunePlan plan) {
        return plan.model().startsWith(FRESH) && plan.startFrom().isEmpty() && !plan.data().source().equals("toybox");
    }

    /// @return true when the plan's configuration says how wide the regions are that the model reads
    public static boolean readsRegions(FineTunePlan plan) {
        return REGION_WIDTH.stream().anyMatch(plan.config()::containsKey);
    }

    /// A model that begins from nothing reads regions as wide as its data have them, and has a class for each of theirs.
    ///
    /// @param facts of the plan's data
    /// @return the plan with these sizes in its configuration, as far as that has such a size at all
    public static FineTunePlan reading(FineTunePlan plan, RegionFacts facts) {
        Map<String, Object> config = new LinkedHashMap<>(plan.config());
        REGION_WIDTH.forEach(key -> config.computeIfPresent(key, (k, before) -> facts.width()));
        if (facts.classes() > 0) {
            WITH_BACKGROUND.forEach(key -> config.computeIfPresent(key, (k, before) -> facts.classes() + 1));
            config.computeIfPresent("objects_in_file", (k, before) -> facts.classes());
        }
        if (facts.attributes() > 0) {
            config.computeIfPresent("attributes_in_file", (k, before) -> facts.attributes());
        }
        return config.equals(plan.config()) ? plan : plan.withConfig(config);
    }

    /// @return the words that a fresh model of the plan has whatever it learns from
    public static List<String> words(FineTunePlan plan) {
        return ToyboxTokenizer.vocabulary(reach(plan));
    }

    /// A run that goes on reads with the words it began with, though its set may have others by now.
    ///
    /// @param folder where [#write] wrote before
    /// @return the words beyond [#words], in the order of their ids
    public static List<String> more(Path folder, FineTunePlan plan) throws EngineException {
        Path file = folder.resolve(TOKENIZER);
        Set<String> known = Set.copyOf(words(plan));
        try {
            if (JsonParser.parseString(Files.readString(file)) instanceof JsonObject json
                    && json.get("model") instanceof JsonObject model
                    && model.get("vocab") instanceof JsonObject vocabulary) {
                return vocabulary.entrySet().stream().sorted(Comparator.comparingInt(e -> e.getValue().getAsInt()))
                        .map(Map.Entry::getKey).filter(w -> !known.contains(w)).toList();
            }
            throw new EngineException("train.words", file);
        } catch (IOException | JsonParseException e) {
            throw new EngineException(e, "train.words", file);
        }
    }

    /// @return the plan's configuration, with what the tokenizer decides filled in: `vocab_size`, and `eos_token_id` or `pad_token_id`, in the part about words
    /// @throws EngineException when the plan's configuration has another vocabulary
    public static JsonObject config(FineTunePlan plan) throws EngineException {
        return config(plan, List.of());
    }

    /// @param more words, beyond [#words]
    public static JsonObject config(FineTunePlan plan, List<String> more) throws EngineException {
        JsonObject config = new Gson().toJsonTree(plan.config()).getAsJsonObject();
        List<String> vocabulary = ToyboxTokenizer.vocabulary(reach(plan), more);
        JsonObject words = section(config, WORDS);
        must(words, "vocab_size", vocabulary.size(), plan);
        if (config.has(PLACE)) {
            must(config, PLACE, vocabulary.indexOf(ToyboxTokenizer.IMAGE), plan);
            must(words, "bos_token_id", vocabulary.indexOf("<s>"), plan);
        }
        if (words == config.get("text_config")) {
            must(words, "eos_token_id", vocabulary.size() - 1, plan);
        } else {
            must(words, "pad_token_id", 0, plan);
        }
        return config;
    }

    private static ToyboxTokenizer.Reach reach(FineTunePlan plan) {
        if (plan.config().containsKey(PLACE)) {
            return ToyboxTokenizer.Reach.INSTRUCTIONS;
        }
        return plan.allObjectives().keySet().equals(Set.of(Task.CONTRAST.plan()))
                ? ToyboxTokenizer.Reach.CAPTIONS
                : ToyboxTokenizer.Reach.CONVERSATIONS;
    }

    /// Writes the files.
    ///
    /// @return the plan's configuration, see [#config]
    /// @throws EngineException when the plan's configuration has another vocabulary, or the folder cannot be written
    public static JsonObject write(Path folder, FineTunePlan plan) throws EngineException {
        return write(folder, plan, List.of());
    }

    /// @param more words, beyond [#words]
    public static JsonObject write(Path folder, FineTunePlan plan, List<String> more) throws EngineException {
        Gson gson = new GsonBuilder().setPrettyPrinting().create();
        JsonObject config = config(plan, more);
        JsonObject seen = section(config, PICTURES);
        int side = Stream.of("image_size", "image_res", "img_size").filter(seen::has).findFirst()
                .map(name -> seen.get(name).getAsInt()).orElse(plan.data().pictureSize());
        JsonObject pictures = new JsonObject();
        pictures.addProperty("do_resize", true);
        pictures.addProperty("size", side);
        pictures.addProperty("resample", 3);
        pictures.addProperty("do_center_crop", true);
        pictures.addProperty("crop_size", side);
        pictures.addProperty("do_normalize", true);
        pictures.add("image_mean", gson.toJsonTree(MEAN));
        pictures.add("image_std", gson.toJsonTree(DEVIATION));
        SafeFile.write(folder.resolve("preprocessor_config.json"), gson.toJson(pictures) + "\n");
        SafeFile.write(folder.resolve(TOKENIZER), ToyboxTokenizer.json(reach(plan), more));
        return config;
    }

    /// @return the part of a configuration that these facts stand in; itself where it has no such part
    private static JsonObject section(JsonObject config, List<String> names) {
        return names.stream().filter(n -> config.get(n) instanceof JsonObject).findFirst().map(config::getAsJsonObject)
                .orElse(config);
    }

    private static void must(JsonObject text, String key, int value, FineTunePlan plan) throws EngineException {
        JsonElement given = text.get(key);
        if (given == null) {
            text.addProperty(key, value);
        } else if (!given.isJsonPrimitive() || !given.getAsString().equals(Integer.toString(value))) {
            throw new EngineException("train.plan.value", plan.name(), "config." + key, given.toString(),
                    Integer.toString(value));
        }
    }
}
