package org.diptych.engine.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.golden.Compared;

/// Compares a `preprocess` folder of pictures and what the reference made of them.
public final class PreprocessGolden {
    private static final double EXACT = 1e-5;

    private PreprocessGolden() {
    }

    /// @param place  `model/case`, of which the model says which rule applies
    /// @param folder holds `imageK.png`, `inputs.safetensors`, `outputs.safetensors`
    public static Compared compare(String place, Path folder) throws IOException, EngineException {
        Compared compared = new Compared(place + " outputs.safetensors");
        Tensors inputs = new Tensors(folder.resolve("inputs.safetensors"));
        Tensors outputs = new Tensors(folder.resolve("outputs.safetensors"));
        List<Picture> pictures = new ArrayList<>();
        while (outputs.names().contains("image" + pictures.size() + ".openai")
                || outputs.names().contains("image" + pictures.size() + ".original")) {
            String image = "image" + pictures.size();
            Picture picture = Pictures.read(folder.resolve(image + ".png"));
            String pixels = image + ".uint8_hwc";
            compared.exactly(pixels, List.of(picture.height(), picture.width(), 3L).toString(),
                    Arrays.toString(inputs.shape(pixels)));
            compared.closely(pixels, bytes(picture), inputs.values(pixels), 0);
            pictures.add(picture);
        }
        Set<String> left = new TreeSet<>(outputs.names());
        List<Preprocess.Result> results = new ArrayList<>();
        for (int k = 0; k < pictures.size(); k++) {
            boolean clip = left.contains("image" + k + ".openai");
            String name = "image" + k + (clip ? ".openai" : ".original");
            long[] shape = outputs.shape(name); // (3, H, W)
            Preprocess preprocess = clip ? Preprocess.clip((int) shape[1]) : Preprocess.vilt(shorter(folder));
            Preprocess.Result result = preprocess.apply(pictures.get(k));
            results.add(result);
            compared.exactly(name + " shape", List.of(3, result.height(), result.width()).toString(),
                    Arrays.toString(shape));
            compared.closely(name, doubles(result.values()), outputs.values(name), EXACT);
            left.remove(name);
            String whole = "image" + k + ".resized_uint8_hwc";
            if (left.remove(whole)) {
                Picture resized = preprocess.resized(pictures.get(k));
                compared.exactly(whole + " shape", List.of(resized.height(), resized.width(), 3).toString(),
                        Arrays.toString(outputs.shape(whole)));
                compared.closely(whole, bytes(resized), outputs.values(whole), 0);
            }
        }
        if (left.remove("batch.shape")) {
            Preprocess.Batch batch = Preprocess.batch(results);
            compared.closely("batch.shape", new double[]{batch.size(), 3, batch.height(), batch.width()},
                    outputs.values("batch.shape"), 0);
            left.remove("batch.pixel_mask");
            compared.closely("batch.pixel_mask", Arrays.stream(batch.mask()).asDoubleStream().toArray(),
                    outputs.values("batch.pixel_mask"), 0);
        }
        left.forEach(compared::cannot);
        return compared;
    }

    /// The README of the folder names the setting (`short side 64`); no file holds it as data.
    private static int shorter(Path folder) throws IOException {
        String text = Files.readString(folder.resolve("README.md"));
        var matcher = Pattern.compile("short(?:er)?[ -]side[ =]*(\\d+)").matcher(text);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 384;
    }

    private static double[] bytes(Picture picture) {
        double[] values = new double[picture.rgb().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = picture.rgb()[i] & 0xff;
        }
        return values;
    }

    private static double[] doubles(float[] floats) {
        double[] values = new double[floats.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats[i];
        }
        return values;
    }
}
