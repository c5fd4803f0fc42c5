package org.diptych.engine.data.instruct;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.FolderDataset;
import org.diptych.engine.api.DataRow.Boxed;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.image.Pictures;

/// Where pictures and what is known of them come from.
interface Sights {
    int size();

    /// @throws EngineException when the picture cannot be read
    Sight sight(int index) throws EngineException;

    /// Puts the picture where [Sight#image] says, when it is not there yet.
    void place(int index, Path out) throws EngineException;

    /// @throws EngineException when there is no such world, or the folder holds no captions
    static Sights of(InstructRequest request) throws EngineException {
        if (!request.data().equals(InstructRequest.TOYBOX)) {
            return new Folder(FolderDataset.whole(Path.of(request.data())), request);
        }
        World world = World.find(request.world())
                .orElseThrow(() -> new EngineException("data.toybox", "--world", request.world(), World.names()));
        return new Scenes(request, world);
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

    /// A person's own pictures, each with all captions that the folder has of it.
    final class Folder implements Sights {
        private final FolderDataset data;
        private final InstructRequest request;
        private final List<List<Integer>> lines;

        Folder(FolderDataset data, InstructRequest request) {
            this.data = data;
            this.request = request;
            Map<Path, List<Integer>> pictures = new LinkedHashMap<>();
            for (int i = 0; i < data.size(); i++) {
                if (data.right(i)) {
                    pictures.computeIfAbsent(data.image(i), _ -> new ArrayList<>()).add(i);
                }
            }
            lines = pictures.values().stream().limit(request.count()).toList();
        }

        @Override
        public int size() {
            return lines.size();
        }

        @Override
        public Sight sight(int index) throws EngineException {
            List<Integer> own = lines.get(index);
            Path image = data.image(own.getFirst());
            List<Boxed> boxes = own.stream().flatMap(i -> data.boxes(i).stream()).distinct().toList();
            if (!boxes.isEmpty()) {
                Picture picture = Pictures.read(image);
                boxes = boxes.stream().map(b -> Sight.share(b, picture.width(), picture.height())).toList();
            }
            String from = request.out().toAbsolutePath().normalize()
                    .relativize(image.toAbsolutePath().normalize()).toString().replace('\\', '/');
            return new Sight(image.getFileName().toString().replaceFirst("\\.[^.]*$", ""), from,
                    own.stream().map(data::caption).distinct().toList(), boxes, List.of());
        }

        @Override
        public void place(int index, Path out) {
            // it stays where it is
        }
    }
}
