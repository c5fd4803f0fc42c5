package org.diptych.engine.data.regions;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.checkpoint.NumPy;
import org.diptych.engine.checkpoint.NumPyFile;

/// One picture's regions in a NumPy file, under the field names of the public readers:
///
/// Besides these, what a detector says of each region: `objects_id` or `objects` with `objects_conf` or `conf`, `attrs_id`, and `cls_prob` or `soft_labels`.
///
/// | form | boxes | features | size, count | read by |
/// |---|---|---|---|---|
/// | `.npz` | `norm_bb` (N, 6) shares x1, y1, x2, y2, width, height | `features` (N, D), 16 or 32 bits | rows | ChenRocks/UNITER `data/data.py`, `scripts/convert_imgdir.py` |
/// | `.npz` | `bbox` (N, 4) pixels | `x` (N, D) | `image_w`, `image_h`, `num_bbox`; `info` a pickled dictionary with `objects_id` | MILVLG/bottom-up-attention.pytorch `extract_features.py` |
/// | `.npy` | `bbox` (N, 4) pixels | `features` (N, D) | `image_width`, `image_height`, `num_boxes`; one pickled dictionary, with `objects` | facebookresearch/vilbert-multi-task `script/extract_features.py`, `script/convert_to_lmdb.py` |
/// | `.npy` | in the dictionary of the file `NAME_info.npy` beside it | the array itself (N, D) | as before | facebookresearch/mmf `tools/scripts/features/extract_features_vmb.py` |
final class ArrayRegions {
    /// Larger than any picture's features: 1000 regions of 16,384 numbers of 8 bytes.
    private static final long LARGEST = 128L << 20;
    private static final int MOST_ENTRIES = 64;
    /// Longer than any array's header.
    private static final int BEGINNING = 1 << 17;
    private static final String INFO = "_info.npy";
    private static final List<String> IDS = List.of("objects_id", "objects");
    private static final List<String> SURE = List.of("objects_conf", "conf");
    private static final List<String> KINDS = List.of("attrs_id");
    private static final List<String> SHARES = List.of("cls_prob", "soft_labels");

    private final Path file;
    private final Map<String, NumPy> fields;

    private ArrayRegions(Path file, Map<String, NumPy> fields) {
        this.file = file;
        this.fields = fields;
    }

    static Table npz(Path file) throws EngineException {
        return new ArrayRegions(file, entries(file, true)).table();
    }

    /// The same without what takes long: of large arrays only the shape is read.
    static Look look(Path file) throws EngineException {
        return new ArrayRegions(file, entries(file, false)).look();
    }

    private static Map<String, NumPy> entries(Path file, boolean whole) throws EngineException {
        Map<String, NumPy> fields = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            List<? extends ZipEntry> entries = zip.stream().limit(MOST_ENTRIES).toList();
            for (ZipEntry entry : entries) {
                if (entry.getName().endsWith(".npy")) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        String name = entry.getName().substring(0, entry.getName().length() - ".npy".length());
                        fields.put(name, entry(in, file, whole));
                    }
                }
            }
        } catch (ZipException e) {
            throw damaged(e, file, Message.of("data.regions.detail.zip"));
        } catch (IOException e) {
            throw new EngineException(e, "data.regions.unreadable", file, String.valueOf(e.getMessage()));
        }
        if (fields.get("info") instanceof NumPy.Fields info) {
            info.items().forEach(fields::putIfAbsent);
        }
        return fields;
    }

    private static NumPy entry(InputStream in, Path file, boolean whole) throws IOException, EngineException {
        byte[] begin = in.readNBytes(whole ? (int) LARGEST + 1 : BEGINNING);
        if (whole || begin.length < BEGINNING) {
            return parse(begin, file);
        }
        try {
            Optional<NumPy.Array> shape = NumPyFile.shape(ByteBuffer.wrap(begin));
            if (shape.isPresent()) {
                return shape.get();
            }
        } catch (NumPy.Damaged e) {
            throw damaged(e, file, e.detail());
        }
        byte[] rest = in.readNBytes((int) LARGEST + 1 - begin.length); // a dictionary, whose parts have no place of their own
        byte[] all = Arrays.copyOf(begin, begin.length + rest.length);
        System.arraycopy(rest, 0, all, begin.length, rest.length);
        return parse(all, file);
    }

    static Table npy(Path file) throws EngineException {
        return switch (read(file)) {
            case NumPy.Fields dictionary -> new ArrayRegions(file, dictionary.items()).table();
            case NumPy.Array features -> {
                String name = file.getFileName().toString();
                Path info = file.resolveSibling(name.substring(0, name.length() - ".npy".length()) + INFO);
                if (!Files.isRegularFile(info) || !(read(info) instanceof NumPy.Fields more)) {
                    throw new EngineException("data.regions.lacks", file.getFileName(), "bbox",
                            info.getFileName());
                }
                Map<String, NumPy> all = new LinkedHashMap<>(more.items());
                all.put("features", features);
                yield new ArrayRegions(file, all).table();
            }
            default -> throw damaged(null, file, Message.of("data.regions.detail.header"));
        };
    }

    private static NumPy read(Path file) throws EngineException {
        try (InputStream in = Files.newInputStream(file)) {
            return parse(in.readNBytes((int) LARGEST + 1), file);
        } catch (IOException e) {
            throw new EngineException(e, "data.regions.unreadable", file, String.valueOf(e.getMessage()));
        }
    }

    private static NumPy parse(byte[] bytes, Path file) throws EngineException {
        if (bytes.length > LARGEST) {
            throw damaged(null, file, Message.of("data.regions.detail.large", LARGEST >> 20));
        }
        try {
            return NumPyFile.read(ByteBuffer.wrap(bytes), file);
        } catch (NumPy.Damaged e) {
            throw damaged(e, file, e.detail());
        }
    }

    private static EngineException damaged(Throwable cause, Path file, Message detail) {
        return new EngineException(cause, "data.regions.damaged", file.getFileName(), detail);
    }

    private Table table() throws EngineException {
        Optional<NumPy.Array> shares = matrix("norm_bb");
        NumPy.Array boxes = shares.or(() -> matrix("bbox")).or(() -> matrix("boxes"))
                .orElseThrow(() -> lacks("norm_bb / bbox / boxes"));
        NumPy.Array features = matrix("features").or(() -> matrix("x")).orElseThrow(() -> lacks("features / x"));
        float[][] rows = boxes.rows();
        Table all = new Table(file, (int) number("image_w", "image_width").orElse(0).doubleValue(),
                (int) number("image_h", "image_height").orElse(0).doubleValue(), shares.isPresent(), rows,
                features.rows(), new Detected(file, each(rows.length, IDS), each(rows.length, SURE),
                        each(rows.length, KINDS), shares(rows.length)));
        Optional<Number> count = number("num_boxes", "num_bbox");
        return count.isPresent() ? all.first(count.get().intValue()) : all;
    }

    private Look look() throws EngineException {
        NumPy.Array boxes = matrix("norm_bb").or(() -> matrix("bbox")).or(() -> matrix("boxes"))
                .orElseThrow(() -> lacks("norm_bb / bbox / boxes"));
        NumPy.Array features = matrix("features").or(() -> matrix("x")).orElseThrow(() -> lacks("features / x"));
        int boxed = boxes.shape()[0];
        int featured = features.shape()[0];
        int count = number("num_boxes", "num_bbox").map(Number::intValue).orElse(boxed);
        if (count > boxed || count > featured || count == boxed && boxed != featured) {
            throw new EngineException("data.regions.count", file.getFileName(), count, boxed, featured);
        }
        if (count == 0 || features.shape()[1] == 0) {
            throw new EngineException("data.regions.none", file.getFileName());
        }
        return new Look(count, features.shape()[1],
                Detected.classes(file, held(IDS), SHARES.stream().flatMap(s -> matrix(s).stream())
                        .mapToInt(m -> m.shape()[1]).findFirst().orElse(0)),
                Detected.kinds(file, held(KINDS)));
    }

    private boolean held(List<String> names) {
        return names.stream().anyMatch(n -> fields.get(n) instanceof NumPy.Array);
    }

    /// @return the first of these arrays that has as many rows as there are boxes, or nothing
    private float[] each(int count, List<String> names) {
        return names.stream().map(fields::get).filter(NumPy.Array.class::isInstance)
                .map(a -> ((NumPy.Array) a).rows())
                .filter(rows -> rows.length == count && Arrays.stream(rows).allMatch(r -> r.length == 1)).findFirst()
                .map(rows -> {
                    float[] out = new float[count];
                    for (int i = 0; i < count; i++) {
                        out[i] = rows[i][0];
                    }
                    return out;
                }).orElse(new float[0]);
    }

    private float[][] shares(int count) {
        return SHARES.stream().flatMap(s -> matrix(s).stream()).filter(m -> m.shape()[0] == count).findFirst()
                .map(NumPy.Array::rows).orElse(new float[0][]);
    }

    private Optional<NumPy.Array> matrix(String name) {
        return fields.get(name) instanceof NumPy.Array array && array.shape().length == 2
                ? Optional.of(array)
                : Optional.empty();
    }

    private Optional<Number> number(String... names) {
        for (String name : names) {
            switch (fields.get(name)) {
                case NumPy.Number number -> {
                    return Optional.of(number.value());
                }
                case NumPy.Array array when array.size() == 1 -> {
                    return Optional.of(array.single());
                }
                case null, default -> {
                    // the next name
                }
            }
        }
        return Optional.empty();
    }

    private EngineException lacks(String what) {
        return new EngineException("data.regions.lacks", file.getFileName(), what,
                fields.isEmpty() ? "–" : String.join(", ", fields.keySet()));
    }
}
