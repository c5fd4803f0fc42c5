package org.diptych.engine.api;

import java.util.List;

/// Where a picture's regions come from, for a model that reads regions instead of pixels.
public sealed interface RegionSource {
    /// Boxes with features that a detector made.
    record Given(Regions regions) implements RegionSource {
    }

    /// Boxes whose features are the picture itself: each box made small, as Toybox's own models read it.
    ///
    /// @param boxes  in the picture's pixels
    /// @param labels their names, or empty
    record Crops(List<Box> boxes, List<String> labels) implements RegionSource {
        public Crops {
            boxes = List.copyOf(boxes);
            labels = List.copyOf(labels);
        }

        /// @return the true boxes of a scene, `red fish` ...
        public static Crops of(Scene scene) {
            return new Crops(scene.objects().stream().map(Scene.Thing::box).toList(),
                    scene.objects().stream().map(t -> t.colour() + " " + t.kind()).toList());
        }
    }

    /// Equal cells, row by row, with crop features: what there is to say of a picture of which nobody knows the things.
    record Grid(int rows, int cols) implements RegionSource {
        public static final Grid USUAL = new Grid(4, 4);
    }
}
