package org.diptych.app.ask;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;

/// How words are to be chosen, as a person typed it; what cannot be used is told when it is used.
///
/// @param typed every field's text
record Ways(Way way, Map<Field, String> typed) {
    enum Way {
        /// The likeliest word each time.
        LIKELIEST, BEAMS, DRAW;

        String key() {
            return "ask.way." + name().toLowerCase(Locale.ROOT);
        }
    }

    enum Field {
        BEAMS("4", 1, 64, true), LENGTH("1", -10, 10, false), TEMPERATURE("1", 0.01, 100, false), TOP_K("50", 0,
                1_000_000, true), TOP_P("1", 0.01,
                        1, false), SEED("0", 0, Long.MAX_VALUE, true), REPETITION("1", 0.1, 10,
                                false), LEAST("0", 0, 100_000,
                                        true), MOST("64", 1, 100_000, true), STOP("", 0, 0, false);

        private final String usual;
        private final double low;
        private final double high;
        private final boolean whole;

        Field(String usual, double low, double high, boolean whole) {
            this.usual = usual;
            this.low = low;
            this.high = high;
            this.whole = whole;
        }

        String key() {
            return "ask.field." + name().toLowerCase(Locale.ROOT);
        }

        /// @return true when it says something in this way
        boolean of(Way way) {
            return switch (this) {
                case BEAMS, LENGTH -> way == Way.BEAMS;
                case TEMPERATURE, TOP_K, TOP_P, SEED -> way == Way.DRAW;
                case REPETITION, LEAST, MOST, STOP -> true;
            };
        }
    }

    private static final String WAY = "ask.way";

    Ways {
        typed = Map.copyOf(typed);
    }

    /// @param remembered what [#remembered()] gave
    static Ways of(Map<String, String> remembered) {
        Map<Field, String> typed = new EnumMap<>(Field.class);
        for (Field field : Field.values()) {
            typed.put(field, remembered.getOrDefault(field.key(), field.usual));
        }
        String way = remembered.getOrDefault(WAY, "");
        return new Ways(Stream.of(Way.values()).filter(w -> w.name().equals(way)).findFirst().orElse(Way.LIKELIEST),
                typed);
    }

    Map<String, String> remembered() {
        Map<String, String> out = new TreeMap<>(Map.of(WAY, way.name()));
        typed.forEach((field, text) -> out.put(field.key(), text));
        return out;
    }

    Ways with(Way other) {
        return new Ways(other, typed);
    }

    Ways with(Field field, String text) {
        Map<Field, String> next = new EnumMap<>(typed);
        next.put(field, text);
        return new Ways(way, next);
    }

    String text(Field field) {
        return typed.get(field);
    }

    /// @return the number that a field holds, empty when it is none or out of its bounds; no text has to be longer than it may be
    Optional<Double> number(Field field) {
        try {
            String text = text(field).strip();
            double value = field.whole ? Long.parseLong(text) : Double.parseDouble(text);
            return Optional.of(value).filter(v -> v >= field.low && v <= high(field));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private double high(Field field) {
        return field == Field.LEAST ? number(Field.MOST).orElse(field.high) : field.high;
    }

    private double checked(Field field) throws EngineException {
        return number(field).orElseThrow(() -> new EngineException("ask.number", Message.of(field.key()),
                text(field).strip(), bound(field.low), bound(high(field))));
    }

    private static String bound(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%s", value);
    }

    /// @throws EngineException with the first field that counts in this way and cannot be used
    Decoding decoding() throws EngineException {
        List<String> stop = text(Field.STOP).lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
        int most = (int) checked(Field.MOST);
        Decoding plain = Decoding.greedy(most).lengths((int) checked(Field.LEAST), most, false)
                .penalty(checked(Field.REPETITION)).stoppingAt(stop);
        return switch (way) {
            case LIKELIEST -> plain;
            case BEAMS -> plain.beams((int) checked(Field.BEAMS), checked(Field.LENGTH));
            case DRAW -> plain.drawing(checked(Field.TEMPERATURE), (int) checked(Field.TOP_K), checked(Field.TOP_P),
                    seed());
        };
    }

    private long seed() throws EngineException {
        checked(Field.SEED);
        return Long.parseLong(text(Field.SEED).strip());
    }
}
