package org.diptych.engine.image;

/// PIL's antialiased resize of 8-bit pictures, to the byte: a horizontal then a vertical pass, each with coefficients rounded to 22 binary
/// places and a result rounded and clipped to a byte (`ImagingResample`). When shrinking, the kernel widens by the scale.
final class Resize {
    private static final int PRECISION_BITS = 32 - 8 - 2;

    private Resize() {
    }

    /// A part of the resized picture: `width` x `height` pixels from column `x`, row `y`.
    record Window(int x, int y, int width, int height) {
    }

    /// Only the window is computed, so that a thin picture whose resized form would be millions of pixels long costs no more than its crop.
    ///
    /// @param in     (H, W, 3)
    /// @param outH   height of the whole resized picture
    /// @param outW   its width
    /// @param window the part wanted, inside the resized picture
    /// @return (window.height, window.width, 3), the same bytes as that part of the whole
    static byte[] apply(byte[] in, int h, int w, int outH, int outW, Window window, Filter filter) {
        Taps rows = Taps.of(h, outH, window.y, window.height, filter);
        int first = rows.from[0];
        int last = rows.from[window.height - 1] + rows.count[window.height - 1];
        byte[] narrow = horizontal(in, w, outW, window, first, last, filter); // (last - first, window.width, 3)
        if (h == outH) {
            return narrow;
        }
        int line = window.width * 3;
        byte[] out = new byte[window.height * line];
        for (int y = 0; y < window.height; y++) {
            int start = (rows.from[y] - first) * line;
            for (int i = 0; i < line; i++) {
                int sum = 1 << PRECISION_BITS - 1;
                for (int k = 0; k < rows.count[y]; k++) {
                    sum += (narrow[start + k * line + i] & 0xff) * rows.weights[y * rows.width + k];
                }
                out[y * line + i] = clip(sum);
            }
        }
        return out;
    }

    private static byte[] horizontal(byte[] in, int w, int outW, Window window, int first, int last, Filter filter) {
        int line = window.width * 3;
        byte[] out = new byte[(last - first) * line];
        if (w == outW) {
            for (int y = first; y < last; y++) {
                System.arraycopy(in, (y * w + window.x) * 3, out, (y - first) * line, line);
            }
            return out;
        }
        Taps taps = Taps.of(w, outW, window.x, window.width, filter);
        for (int y = first; y < last; y++) {
            for (int x = 0; x < window.width; x++) {
                int start = (y * w + taps.from[x]) * 3;
                int r = 1 << PRECISION_BITS - 1;
                int g = r;
                int b = r;
                for (int k = 0; k < taps.count[x]; k++) {
                    int weight = taps.weights[x * taps.width + k];
                    r += (in[start + k * 3] & 0xff) * weight;
                    g += (in[start + k * 3 + 1] & 0xff) * weight;
                    b += (in[start + k * 3 + 2] & 0xff) * weight;
                }
                int to = (y - first) * line + x * 3;
                out[to] = clip(r);
                out[to + 1] = clip(g);
                out[to + 2] = clip(b);
            }
        }
        return out;
    }

    private static byte clip(int sum) {
        return (byte) Math.clamp(sum >> PRECISION_BITS, 0, 255);
    }

    /// Which source pixels make each target pixel, and how much of each.
    ///
    /// @param width   longest count
    /// @param from    first source pixel of each target pixel
    /// @param count   number of source pixels
    /// @param weights (targets, width), fixed point
    private record Taps(int width, int[] from, int[] count, int[] weights) {
        static Taps of(int in, int out, int start, int length, Filter filter) {
            double scale = (double) in / out;
            double stretch = Math.max(scale, 1);
            double support = filter.support() * stretch;
            int width = (int) Math.ceil(support) * 2 + 1;
            int[] from = new int[length];
            int[] count = new int[length];
            int[] weights = new int[length * width];
            double[] row = new double[width];
            for (int i = 0; i < length; i++) {
                if (in == out) { // PIL leaves out the pass
                    from[i] = start + i;
                    count[i] = 1;
                    continue;
                }
                double centre = (start + i + 0.5) * scale;
                from[i] = Math.max(0, (int) (centre - support + 0.5));
                count[i] = Math.min(in, (int) (centre + support + 0.5)) - from[i];
                double sum = 0;
                for (int k = 0; k < count[i]; k++) {
                    row[k] = filter.weight((k + from[i] - centre + 0.5) * (1 / stretch));
                    sum += row[k];
                }
                for (int k = 0; k < count[i]; k++) {
                    double weight = row[k] / sum * (1 << PRECISION_BITS);
                    weights[i * width + k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
                }
            }
            return new Taps(width, from, count, weights);
        }
    }
}
