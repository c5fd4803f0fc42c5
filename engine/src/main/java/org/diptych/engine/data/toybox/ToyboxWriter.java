package org.diptych.engine.data.toybox;

import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.work.JobContext;

/// Writes scenes for other programs: `images/000000.png` ..., `captions.jsonl` (picture and caption, as the folder reader takes them) and `scenes.jsonl` (all that is
/// true of a scene: objects, boxes, relations, questions, instructions, referring expressions, hard negatives, and a statement about this picture and the next).
public final class ToyboxWriter {
    private static final long NOISE = 0x2545F4914F6CDD1DL;
    private static final String FORM = "full";
    private static final int LARGEST = 4096;
    private static final int SMALLEST = 16;

    private final ToyboxRequest request;
    private final World world;
    private final JobContext context;

    private ToyboxWriter(ToyboxRequest request, World world, JobContext context) {
        this.request = request;
        this.world = world;
        this.context = context;
    }

    /// @return the folder
    /// @throws EngineException when the request asks for what cannot be drawn, or the folder cannot be written
    public static Path write(ToyboxRequest request, JobContext context) throws EngineException {
        ToyboxWriter writer = of(request, context);
        writer.pictures();
        writer.captions();
        writer.texts();
        return request.out();
    }

    /// @throws EngineException when the request asks for what cannot be drawn
    static ToyboxWriter of(ToyboxRequest request, JobContext context) throws EngineException {
        require(request.count() > 0, "--count", request.count(), "1, 2, 3 ...");
        require(request.size() >= SMALLEST && request.size() <= LARGEST, "--size", request.size(),
                SMALLEST + " ... " + LARGEST);
        require(request.noise() >= 0 && request.noise() <= 1, "--noise", request.noise(), "0 ... 1");
        World world = World.find(request.world())
                .orElseThrow(() -> new EngineException("data.toybox", "--world", request.world(), World.names()));
        return new ToyboxWriter(request, world, context);
    }

    private static void require(boolean holds, String option, Object value, String wanted) throws EngineException {
        if (!holds) {
            throw new EngineException("data.toybox", option, String.valueOf(value), wanted);
        }
    }

    private long seed(int index) {
        return request.seed() + index;
    }

    /// @param index of the scene, from 0
    /// @return the picture's path in the folder
    static String image(int index) {
        return String.format(Locale.ROOT, "images/%06d.png", index);
    }

    Picture picture(int index) {
        return Painter.picture(Layout.of(seed(index), world), request.size());
    }

    void pictures() throws EngineException {
        for (int i = 0; i < request.count(); i++) {
            context.checkCancelled();
            Pictures.writePng(request.out().resolve(image(i)), picture(i));
            context.progress(Message.of("engine.job.toybox", request.count()), i + 1, request.count());
        }
    }

    private void captions() throws EngineException {
        StringBuilder captions = new StringBuilder();
        for (int i = 0; i < request.count(); i++) {
            JsonObject json = new JsonObject();
            json.addProperty("image", image(i));
            json.addProperty("caption", caption(i, false));
            json.addProperty("caption_zh", caption(i, true));
            json.addProperty("right", right(i));
            captions.append(SceneJson.GSON.toJson(json)).append('\n');
        }
        SafeFile.write(request.out().resolve("captions.jsonl"), captions.toString());
    }

    /// @return false where the scene's caption is made wrong
    boolean right(int index) {
        return new Dice(seed(index) ^ NOISE).real() >= request.noise();
    }

    String caption(int index, boolean chinese) {
        return caption(Layout.of(seed(index), world), right(index), chinese);
    }

    private String caption(Layout layout, boolean right, boolean chinese) {
        long words = Toybox.words(layout.seed());
        if (right) {
            return Captions.of(layout, FORM, chinese, new Dice(words)).text();
        }
        Dice dice = new Dice(layout.seed() ^ NOISE ^ NOISE << 1); // both languages tell the same mistake
        return Swaps.wrong(layout, FORM, chinese, words, dice,
                () -> Layout.of(seed(dice.roll(request.count())), world));
    }

    /// All that is true of the scenes.
    void texts() throws EngineException {
        Message phase = Message.of("data.job.texts", request.count());
        SafeFile.write(request.out().resolve("scenes.jsonl"), channel -> {
            for (int i = 0; i < request.count(); i++) {
                context.checkCancelled();
                int next = (i + 1) % request.count();
                String line = SceneJson.line(image(i), Toybox.scene(seed(i), request.size(), world), world, seed(next),
                        image(next));
                ByteBuffer bytes = ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                context.progress(phase, i + 1, request.count());
            }
        });
    }
}
