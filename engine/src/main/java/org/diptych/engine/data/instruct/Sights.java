package org.diptych.engine.data.instruct;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.DataRow.Boxed;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.work.JobContext;

/// Where pictures and what is known of them come from.
interface Sights {
    int size();

    /// @throws EngineException when the picture cannot be read
    Sight sight(int index) throws EngineException;

    /// Puts the picture where [Sight#image] says, when it is not there yet.
    void place(int index, Path out) throws EngineException;

    /// @throws EngineException when there is no such world, or the set cannot be read or holds no captions
    static Sights of(InstructRequest request, JobContext context) throws EngineException {
        if (!request.data().equals(InstructRequest.TOYBOX)) {
            return of(request, DataSets.open(Path.of(request.data()), rows -> context.checkCancelled()).rows());
        }
        World world = World.find(request.world())
                .orElseThrow(() -> new EngineException("data.toybox", "--world", request.world(), World.names()));
        return new Scenes(request, world);
    }

    /// @param rows of a set that was read
    /// @throws EngineException when none of them is a caption
    static Sights of(InstructRequest request, List<DataRow> rows) throws EngineException {
        List<List<DataRow>> pictures = InstructRequest.pictures(rows);
        if (pictures.isEmpty()) {
            throw new EngineException("data.instruct.captions", request.data());
        }
        return new Own(pictures.stream().limit(request.count()).toList(), request);
    }

    /// @param seed of a scene
    static Sight scene(long seed, int size, World world, String language, String image) {
        Scene scene = Toybox.scene(seed, size, world);
        List<String> names = Toybox.names(seed, world, language);
        List<Boxed> boxes = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            boxes.add(Sight.share(new Boxed(names.get(i), scene.objects().get(i).box()), size, size));
        }
        List<Conversation> known = Toybox.conversations(seed, world, language);
        return new Sight(Long.toString(seed), image, scene.captions().get(language), boxes, known);
    }

    /// Scenes that are drawn.
    record Scenes(InstructRequest request, World world) implements Sights {
        @Override
        public int size() {
            return request.count();
        }

        private String image(int index) {
            return String.format(Locale.ROOT, "images/%06d.png", index);
        }

        @Override
        public Sight sight(int index) {
            return scene(request.seed() + index, request.size(), world, request.language(), image(index));
        }

        @Override
        public void place(int index, Path out) throws EngineException {
            Picture picture = Toybox.scene(request.seed() + index, request.size(), world).picture();
            Pictures.writePng(out.resolve(image(index)), picture);
        }
    }

    /// A person's own pictures, each with all captions that the set has of it.
    record Own(List<List<DataRow>> pictures, InstructRequest request) implements Sights {
        @Override
        public int size() {
            return pictures.size();
        }

        @Override
        public Sight sight(int index) throws EngineException {
            List<DataRow> rows = pictures.get(index);
            Path image = rows.getFirst().picture();
            List<Boxed> boxes = rows.stream().flatMap(r -> r.boxes().stream()).distinct().toList();
            if (!boxes.isEmpty()) {
                Picture picture = Pictures.read(image);
                boxes = boxes.stream().map(b -> Sight.share(b, picture.width(), picture.height())).toList();
            }
            return new Sight(image.getFileName().toString().replaceFirst("\\.[^.]*$", ""), named(image),
                    rows.stream().map(DataRow::caption).distinct().toList(), boxes, List.of());
        }

        /// @return the picture's path from the new file; its whole path where no way leads there, as to another drive
        private String named(Path image) {
            Path whole = image.toAbsolutePath().normalize();
            Path out = request.out().toAbsolutePath().normalize();
            Path from = Objects.equals(out.getRoot(), whole.getRoot()) ? out.relativize(whole) : whole;
            return from.toString().replace('\\', '/');
        }

        @Override
        public void place(int index, Path out) {
            // it stays where it is
        }
    }
}
