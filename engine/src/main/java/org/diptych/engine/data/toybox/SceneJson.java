package org.diptych.engine.data.toybox;

import org.diptych.engine.api.Conversation;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.InstructJson;

/// All that is true of a scene, as one line of `scenes.jsonl`.
final class SceneJson {
    static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final List<String> LANGUAGES = List.of("en", "zh");

    private SceneJson() {
    }

    /// @param image the picture's path in the folder
    /// @param next  the seed and path of another picture, for the statement about two
    static String line(String image, Scene scene, World world, long next, String nextImage) {
        Layout layout = Layout.of(scene.seed(), world);
        JsonObject json = new JsonObject();
        json.addProperty("image", image);
        json.addProperty("seed", scene.seed());
        json.addProperty("background", layout.ground().en);
        json.add("objects", objects(scene));
        json.add("relations", relations(scene.seed(), world));
        json.add("captions", GSON.toJsonTree(scene.captions()));
        for (String language : LANGUAGES) {
            json.add(language, texts(image, scene, world, language, next, nextImage));
        }
        return GSON.toJson(json);
    }

    private static JsonArray objects(Scene scene) {
        JsonArray out = new JsonArray();
        for (Scene.Thing thing : scene.objects()) {
            JsonObject one = new JsonObject();
            one.addProperty("kind", thing.kind());
            one.addProperty("colour", thing.colour());
            one.addProperty("size", thing.size());
            one.add("box", box(thing.box()));
            out.add(one);
        }
        return out;
    }

    private static JsonArray box(Box box) {
        return GSON.toJsonTree(new float[]{box.x1(), box.y1(), box.x2(), box.y2()}).getAsJsonArray();
    }

    private static JsonArray relations(long seed, World world) {
        JsonArray out = new JsonArray();
        for (Fact fact : Toybox.facts(seed, world)) {
            JsonArray one = new JsonArray();
            one.add(fact.first());
            one.add(fact.relation());
            one.add(fact.second());
            out.add(one);
        }
        return out;
    }

    private static JsonObject texts(String image, Scene scene, World world, String language, long next,
            String nextImage) {
        long seed = scene.seed();
        JsonObject out = new JsonObject();
        out.add("questions", GSON.toJsonTree(Toybox.questions(seed, world, language)));
        JsonArray conversations = new JsonArray();
        for (Conversation conversation : Toybox.conversations(seed, world, language)) {
            conversations.add(InstructJson.of(Long.toString(seed), image, conversation));
        }
        out.add("instructions", conversations);
        JsonArray referring = new JsonArray();
        for (Referring expression : Toybox.referring(seed, world, language)) {
            JsonObject one = new JsonObject();
            one.addProperty("text", expression.text());
            one.addProperty("object", expression.thing());
            one.add("box", box(scene.objects().get(expression.thing()).box()));
            referring.add(one);
        }
        out.add("referring", referring);
        out.add("negatives", GSON.toJsonTree(Toybox.negatives(seed, world, "full", language)));
        Statement statement = Toybox.statement(seed, next, world, language);
        JsonObject pair = new JsonObject();
        pair.addProperty("second", nextImage);
        pair.addProperty("text", statement.text());
        pair.addProperty("holds", statement.holds());
        out.add("statement", pair);
        return out;
    }
}
