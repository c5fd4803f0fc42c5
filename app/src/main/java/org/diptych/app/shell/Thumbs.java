package org.diptych.app.shell;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javafx.scene.image.Image;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.fx.Fx;
import org.diptych.engine.Engine;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Picture;

/// Small pictures, read beside the window's thread; those last asked for are kept.
public final class Thumbs {
    private static final int MOST = 400;

    private final Engine engine;
    private final int side;
    private final Map<Path, CompletionStage<Image>> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, CompletionStage<Image>> eldest) {
            return size() > MOST;
        }
    };

    /// @param side of the square into which a picture fits
    public Thumbs(Engine engine, int side) {
        this.engine = engine;
        this.side = side;
    }

    /// @param done gets the picture on JavaFX's thread, at once where it is there; never for one that cannot be read
    public void ask(Path file, Consumer<Image> done) {
        ask(file, () -> engine.readPicture(file), done);
    }

    /// @param name of the picture, which no other has
    /// @param read asks for it, where it is not kept
    /// @param done as in [#ask(Path, Consumer)]
    public void ask(Path name, Supplier<JobHandle<Picture>> read, Consumer<Image> done) {
        CompletionStage<Image> picture = kept.computeIfAbsent(name, n -> read.get().result()
                .thenApplyAsync(p -> Pixels.image(p.fit(side))));
        Fx.deliver(picture, done, error -> {
        });
    }
}
