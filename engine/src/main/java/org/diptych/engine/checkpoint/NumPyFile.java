package org.diptych.engine.checkpoint;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Value.Dict;
import org.diptych.engine.checkpoint.Value.Global;
import org.diptych.engine.checkpoint.Value.Inert;
import org.diptych.engine.checkpoint.Value.Int;
import org.diptych.engine.checkpoint.Value.Raw;
import org.diptych.engine.checkpoint.Value.Sequence;
import org.diptych.engine.checkpoint.Value.Str;
import org.diptych.engine.checkpoint.Value.Tuple;

/// Reads a NumPy `.npy` file (NEP 1): an array of numbers, or a pickled dictionary, which `np.save` makes of one. The pickle is read by [Unpickler] and never
/// executed: of NumPy's own calls, those that describe an array (`_reconstruct` with its state, `scalar`, `dtype`) are understood, and all else stays a name.
public final class NumPyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 1 << 16;
    private static final int MOST_DIMENSIONS = 8;
    private static final Pattern TYPE = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]+)['\"]");
    private static final Pattern ORDER = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([^)]*)\\)");

    private final ByteBuffer in;
    private final Path file;

    private NumPyFile(ByteBuffer in, Path file) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        this.file = file;
    }

    /// @param in from the file's first byte to its last
    /// @throws NumPy.Damaged   when it is no such file, or a damaged or unusual one
    /// @throws EngineException when the pickle in it is damaged
    public static NumPy read(ByteBuffer in, Path file) throws NumPy.Damaged, EngineException {
        try {
            return new NumPyFile(in.slice(), file).read();
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw damaged(e);
        }
    }

    /// @param in a file's beginning, 64 KB at least
    /// @return the array that it is of, without its numbers; nothing for a pickled dictionary
    /// @throws NumPy.Damaged when it begins like no such file
    public static Optional<NumPy.Array> shape(ByteBuffer in) throws NumPy.Damaged {
        try {
            Header header = new NumPyFile(in.slice(), Path.of("")).header();
            return header.type.endsWith("O")
                    ? Optional.empty()
                    : Optional.of(new NumPy.Array('f', 1, header.shape, header.fortran, ByteBuffer.allocate(0)));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw damaged(e);
        }
    }

    private record Header(String type, int[] shape, boolean fortran) {
    }

    private static NumPy.Damaged damaged(RuntimeException cause) {
        NumPy.Damaged told = new NumPy.Damaged("data.regions.detail.short");
        told.initCause(cause);
        return told;
    }

    private NumPy read() throws NumPy.Damaged, EngineException {
        Header header = header();
        if (header.type.endsWith("O")) {
            ByteBuffer pickle = in.slice();
            Value whole = new Unpickler(pickle, file, Unpickler.names()).read();
            return new Pickled(pickle).plain(whole, 0);
        }
        return NumPy.Array.of(header.type, header.shape, header.fortran, in);
    }

    private Header header() throws NumPy.Damaged {
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        if (!java.util.Arrays.equals(magic, MAGIC)) {
            throw new NumPy.Damaged("data.regions.detail.magic");
        }
        int major = in.get();
        in.get(); // the minor version changes nothing
        long length = major == 1 ? in.getShort() & 0xffff : in.getInt() & 0xffffffffL;
        if (length > LONGEST_HEADER || length > in.remaining()) {
            throw new NumPy.Damaged("data.regions.detail.short");
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        String header = new String(bytes, StandardCharsets.UTF_8);
        Matcher type = TYPE.matcher(header);
        Matcher order = ORDER.matcher(header);
        Matcher shape = SHAPE.matcher(header);
        if (!type.find() || !order.find() || !shape.find()) {
            throw new NumPy.Damaged("data.regions.detail.header");
        }
        return new Header(type.group(1), sides(shape.group(1)), order.group(1).equals("True"));
    }

    private static int[] sides(String text) throws NumPy.Damaged {
        List<String> parts = java.util.Arrays.stream(text.split(",")).map(String::strip).filter(t -> !t.isEmpty())
                .toList();
        if (parts.size() > MOST_DIMENSIONS || !parts.stream().allMatch(t -> t.matches("\\d{1,9}"))) {
            throw new NumPy.Damaged("data.regions.detail.header");
        }
        return parts.stream().mapToInt(Integer::parseInt).toArray();
    }

    /// From the values of a pickle to numbers and text.
    private record Pickled(ByteBuffer bytes) {
        /// Deeper than this no feature set nests; a file that leads back into itself ends here.
        private static final int DEEPEST = 3;

        NumPy plain(Value value, int depth) throws NumPy.Damaged {
            return switch (value) {
                case Str text -> new NumPy.Text(text.text());
                case Int number -> new NumPy.Number(number.number().doubleValue());
                case Value.Real number -> new NumPy.Number(number.number());
                case Value.Bool truth -> new NumPy.Number(truth.truth() ? 1 : 0);
                case Dict dict when depth < DEEPEST -> fields(dict, depth);
                case Inert made when made.name().matches("numpy\\.(core|_core)\\.multiarray\\._reconstruct") ->
                    array(made, depth);
                case Inert made when made.name().matches("numpy\\.(core|_core)\\.multiarray\\.scalar")
                        && made.arguments.size() == 2 ->
                    NumPy.Array.of(type(made.arguments.getFirst()), new int[0], false, data(made.arguments.get(1)));
                default -> new NumPy.Other();
            };
        }

        private NumPy.Fields fields(Dict dict, int depth) throws NumPy.Damaged {
            Map<String, NumPy> out = new LinkedHashMap<>();
            for (Map.Entry<Value, Value> item : dict.items.entrySet()) {
                if (item.getKey() instanceof Str key) {
                    out.put(key.text(), plain(item.getValue(), depth + 1));
                }
            }
            return new NumPy.Fields(out);
        }

        /// State of a pickled array: version, shape, type, order, data. An array of objects holds a list instead of bytes; of one object that is the object.
        private NumPy array(Inert made, int depth) throws NumPy.Damaged {
            if (!(made.state instanceof Tuple state) || state.items().size() != 5
                    || !(state.items().get(1) instanceof Tuple shape)) {
                throw new NumPy.Damaged("data.regions.detail.header");
            }
            if (state.items().get(4) instanceof Sequence objects) {
                return objects.items.size() == 1 && depth < DEEPEST
                        ? plain(objects.items.getFirst(), depth + 1)
                        : new NumPy.Other();
            }
            int[] sides = new int[shape.items().size()];
            for (int i = 0; i < sides.length; i++) {
                if (!(shape.items().get(i) instanceof Int side) || side.number().bitLength() > 31) {
                    throw new NumPy.Damaged("data.regions.detail.header");
                }
                sides[i] = side.number().intValue();
            }
            String type = type(state.items().get(2));
            if (!type.matches(".?[fiub]\\d+")) {
                return new NumPy.Other(); // names, dates ...
            }
            boolean fortran = state.items().get(3) instanceof Value.Bool order && order.truth();
            return NumPy.Array.of(type, sides, fortran, data(state.items().get(4)));
        }

        /// A type is made from its name; its byte order stands in its state.
        private static String type(Value value) throws NumPy.Damaged {
            if (!(value instanceof Inert made) || !(made.callable instanceof Global name)
                    || !name.full().equals("numpy.dtype") || made.arguments.isEmpty()
                    || !(made.arguments.getFirst() instanceof Str type)) {
                throw new NumPy.Damaged("data.regions.detail.header");
            }
            String order = made.state instanceof Tuple state && state.items().size() > 1
                    && state.items().get(1) instanceof Str mark ? mark.text() : "";
            return order + type.text();
        }

        private ByteBuffer data(Value value) throws NumPy.Damaged {
            return switch (value) {
                case Raw raw -> bytes.slice(raw.from(), raw.length());
                case Inert made when made.name().equals("_codecs.encode") && !made.arguments.isEmpty()
                        && made.arguments.getFirst() instanceof Str text ->
                    NumPy.latin(text.text());
                default -> throw new NumPy.Damaged("data.regions.detail.header");
            };
        }
    }
}
