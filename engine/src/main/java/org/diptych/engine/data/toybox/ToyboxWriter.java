package org.diptych.engine.data.toybox;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.work.JobContext;

/// Writes scenes for other programs: `images/000000.png` ..., `captions.jsonl` (picture and caption, as the folder reader takes them) and `scenes.jsonl` (all that is
/// true of a scene).
public final class ToyboxWriter {
    private static final Gson GSON = new Gson();

    private ToyboxWriter() {
    }

    /// @return the folder
    public static Path write(ToyboxRequest request, JobContext context) throws EngineException {
        World world = World.named(request.world());
        StringBuilder captions = new StringBuilder();
        StringBuilder scenes = new StringBuilder();
        for (int i = 0; i < request.count(); i++) {
            context.checkCancelled();
            long seed = request.seed() + i;
            Scene scene = Toybox.scene(seed, request.size(), world);
            String image = String.format("images/%06d.png", i);
            Pictures.writePng(request.out().resolve(image), scene.picture());
            Dice dice = new Dice(seed ^ 0x2545F4914F6CDD1DL);
            boolean right = dice.real() >= request.noise();
            Layout said = right
                    ? Layout.of(seed, world)
                    : Layout.of(request.seed() + dice.roll(Math.max(1, request.count())), world);
            captions.append(GSON.toJson(caption(image, Captions.full(said, false, new Dice(seed)).text(),
                    Captions.full(said, true, new Dice(seed)).text(), right)))
                    .append('\n');
            scenes.append(GSON.toJson(scene(image, scene, Layout.of(seed, world)))).append('\n');
            context.progress(Message.of("engine.job.toybox", request.count()), i + 1, request.count());
        }
        SafeFile.write(request.out().resolve("scenes.jsonl"), scenes.toString().getBytes(StandardCharsets.UTF_8));
        SafeFile.write(request.out().resolve("captions.jsonl"), captions.toString().getBytes(StandardCharsets.UTF_8));
        return request.out();
    }

    private static JsonObject caption(String image, String english, String chinese, boolean right) {
        JsonObject json = new JsonObject();
        json.addProperty("image", image);
        json.addProperty("caption", english);
        json.addProperty("caption_zh", chinese);
        json.addProperty("right", right);
        return json;
    }

    private static JsonObject scene(String image, Scene scene, Layout layout) {
        JsonObject json = new JsonObject();
        json.addProperty("image", image);
        json.addProperty("seed", scene.seed());
        json.addProperty("background", layout.ground().en);
        JsonArray objects = new JsonArray();
        for (Scene.Thing thing : scene.objects()) {
            JsonObject one = new JsonObject();
            one.addProperty("kind", thing.kind());
            one.addProperty("colour", thing.colour());
            one.addProperty("size", thing.size());
            one.add("box", GSON
                    .toJsonTree(new float[]{thing.box().x1(), thing.box().y1(), thing.box().x2(), thing.box().y2()}));
            objects.add(one);
        }
        json.add("objects", objects);
        JsonArray relations = new JsonArray();
        for (int a = 0; a < layout.things().size(); a++) {
            for (int b = a + 1; b < layout.things().size(); b++) {
                JsonArray one = new JsonArray();
                one.add(a);
                one.add(Relation.between(layout.things().get(a), layout.things().get(b)).en);
                one.add(b);
                relations.add(one);
            }
        }
        json.add("relations", relations);
        json.add("captions", GSON.toJsonTree(scene.captions()));
        return json;
    }
}
