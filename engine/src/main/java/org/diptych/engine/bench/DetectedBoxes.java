package org.diptych.engine.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;
import org.diptych.engine.data.More;

/// What an example knows, with as many boxes and as wide features as a detector gives; their numbers mean nothing.
record DetectedBoxes(More inner, Picture picture, int boxes, int width) implements More {
    @Override
    public Optional<Labelled> regions() {
        List<Box> all = new ArrayList<>();
        float[][] features = new float[boxes][width];
        for (int i = 0; i < boxes; i++) {
            float x = picture.width() * (i % 6) / 7f;
            float y = picture.height() * (i / 6 % 6) / 7f;
            all.add(new Box(x, y, x + picture.width() / 7f, y + picture.height() / 7f));
            for (int j = 0; j < width; j++) {
                features[i][j] = ((i * 31L + j) * 2654435761L >>> 8 & 1023) / 1024f;
            }
        }
        int classes = inner.regions().map(r -> r.distributions()[0].length).orElse(1);
        float[][] sure = new float[boxes][classes];
        for (float[] row : sure) {
            Arrays.fill(row, 1f / classes);
        }
        return Optional
                .of(new Labelled(new Regions(all, features, List.of()), new int[boxes], new int[boxes], 1, sure));
    }

    @Override
    public List<Asked> questions() {
        return inner.questions();
    }

    @Override
    public List<String> wrong() {
        return inner.wrong();
    }

    @Override
    public Optional<String> following() {
        return inner.following();
    }

    @Override
    public OptionalInt label() {
        return inner.label();
    }
}
