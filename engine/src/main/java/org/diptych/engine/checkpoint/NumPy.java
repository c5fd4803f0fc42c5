package org.diptych.engine.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.diptych.engine.api.Message;

/// What a NumPy file holds, as far as numbers and text go.
public sealed interface NumPy {
    /// A file that is none, or a damaged one.
    final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Message detail;

        Damaged(String key, Object... args) {
            super(key);
            detail = Message.of(key, args);
        }

        public Message detail() {
            return detail;
        }
    }

    /// A dictionary with names for keys.
    record Fields(Map<String, NumPy> items) implements NumPy {
    }

    record Text(String text) implements NumPy {
    }

    record Number(double value) implements NumPy {
    }

    /// Something else, which is passed over.
    record Other() implements NumPy {
    }

    /// An array of numbers.
    ///
    /// @param kind    NumPy's letter: `f`, `i`, `u` or `b`
    /// @param width   bytes a number
    /// @param shape   as the file says; its product times `width` is what `data` holds
    /// @param fortran true when the first index runs fastest
    /// @param data    in the file's byte order
    record Array(char kind, int width, int[] shape, boolean fortran, ByteBuffer data) implements NumPy {
        private static final double HALF_UNIT = 0x1p-24;

        /// @param type a type's name: `<f4`, `|b1`, `>i8`
        /// @param data from its first byte
        /// @throws Damaged when the type is no number, or the data are not as long as the shape says
        static Array of(String type, int[] shape, boolean fortran, ByteBuffer data) throws Damaged {
            boolean marked = !type.isEmpty() && "<>|=".indexOf(type.charAt(0)) >= 0;
            String plain = marked ? type.substring(1) : type;
            if (!plain.matches("(f[248]|i[1248]|u[1248]|b1)")) {
                throw new Damaged("data.regions.detail.type", type);
            }
            int width = plain.charAt(1) - '0';
            long size = width;
            for (int side : shape) {
                size = side < 0 || size > Integer.MAX_VALUE ? Long.MAX_VALUE : size * side;
            }
            if (size != data.remaining()) {
                throw new Damaged("data.regions.detail.size", size, data.remaining());
            }
            ByteOrder order = type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            return new Array(plain.charAt(0), width, shape.clone(), fortran, data.slice().order(order));
        }

        public int size() {
            return data.limit() / width;
        }

        private double number(int index) {
            int at = index * width;
            return switch (kind) {
                case 'f' -> width == 8 ? data.getDouble(at) : width == 4 ? data.getFloat(at) : half(data.getShort(at));
                case 'b' -> data.get(at) != 0 ? 1 : 0;
                default -> whole(at);
            };
        }

        private long whole(int at) {
            boolean signed = kind == 'i';
            return switch (width) {
                case 1 -> signed ? data.get(at) : data.get(at) & 0xff;
                case 2 -> signed ? data.getShort(at) : data.getShort(at) & 0xffff;
                case 4 -> signed ? data.getInt(at) : data.getInt(at) & 0xffffffffL;
                default -> data.getLong(at);
            };
        }

        private static double half(short bits) {
            int exponent = bits >> 10 & 0x1f;
            int fraction = bits & 0x3ff;
            double size = exponent == 0
                    ? fraction * HALF_UNIT
                    : exponent == 31
                            ? fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                            : (fraction + 1024) * HALF_UNIT * (1 << exponent - 1);
            return bits < 0 ? -size : size;
        }

        /// @return the only number of an array of one
        public double single() {
            return number(0);
        }

        /// @return (rows, cols) of a matrix; a vector is one column
        public float[][] rows() {
            int n = shape.length == 0 ? 1 : shape[0];
            int d = n == 0 ? 0 : size() / n;
            float[][] out = new float[n][d];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < d; j++) {
                    out[i][j] = (float) number(fortran ? j * n + i : i * d + j);
                }
            }
            return out;
        }
    }

    /// @return the bytes that Python's `_codecs.encode(text, 'latin1')` gives, which is how an old pickle holds bytes
    static ByteBuffer latin(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
