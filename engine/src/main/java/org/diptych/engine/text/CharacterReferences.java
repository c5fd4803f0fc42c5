package org.diptych.engine.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// HTML's character references (`&amp;`, `&#233;`), resolved as Python's `html.unescape` does: names with and without the semicolon, the
/// longest known name where more letters follow, and the standard's repairs of numbers.
final class CharacterReferences {
    private static final Pattern REFERENCE = Pattern
            .compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\\t\\n\\f <&#;]{1,32};?)");
    private static final Set<Integer> KEPT_CONTROLS = Set.of(0x09, 0x0a, 0x0c, 0x0d);
    private static final Charset WESTERN = Charset.forName("windows-1252");

    private CharacterReferences() {
    }

    static Cleaned resolve(Cleaned in) {
        if (in.text().indexOf('&') < 0) {
            return in;
        }
        Cleaned.Builder out = new Cleaned.Builder(in);
        Matcher matcher = REFERENCE.matcher(in.text());
        int done = 0;
        while (matcher.find()) {
            copy(in, out, done, matcher.start());
            String body = matcher.group(1);
            int known = body.startsWith("#") ? body.length() : Names.longest(body);
            if (known == 0) {
                copy(in, out, matcher.start(), matcher.end());
            } else {
                int end = matcher.start() + 1 + known;
                out.add(body.startsWith("#") ? number(body) : Names.TABLE.get(body.substring(0, known)),
                        matcher.start(),
                        end);
                copy(in, out, end, matcher.end());
            }
            done = matcher.end();
        }
        copy(in, out, done, in.text().length());
        return out.build();
    }

    private static void copy(Cleaned in, Cleaned.Builder out, int from, int to) {
        for (int i = from; i < to; i++) {
            out.add(in.text().substring(i, i + 1), i, i + 1);
        }
    }

    private static String number(String body) {
        String digits = body.endsWith(";") ? body.substring(1, body.length() - 1) : body.substring(1);
        boolean hex = digits.charAt(0) == 'x' || digits.charAt(0) == 'X';
        int code;
        try {
            code = hex ? Integer.parseInt(digits.substring(1), 16) : Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            return "\ufffd"; // too large for any character
        }
        if (code == 0 || code > 0x10ffff || code >= 0xd800 && code <= 0xdfff) {
            return "\ufffd";
        }
        if (code >= 0x80 && code <= 0x9f) {
            // A number of the C1 controls means what Windows meant; five of them it left open.
            String western = new String(new byte[]{(byte) code}, WESTERN);
            return western.equals("\ufffd") ? Character.toString(code) : western;
        }
        boolean control = code < 0x20 && !KEPT_CONTROLS.contains(code) || code == 0x7f || code == 0x0b;
        boolean never = (code & 0xfffe) == 0xfffe || code >= 0xfdd0 && code <= 0xfdef;
        return control || never ? "" : Character.toString(code);
    }

    /// Read when the first reference is met.
    private static final class Names {
        static final Map<String, String> TABLE = read();

        static int longest(String body) {
            for (int length = body.length(); length > 1; length--) {
                if (TABLE.containsKey(body.substring(0, length))) {
                    return length;
                }
            }
            return 0;
        }

        private static Map<String, String> read() {
            Map<String, String> table = new HashMap<>();
            try (InputStream in = CharacterReferences.class.getResourceAsStream("/org/diptych/text/entities.txt")) {
                if (in == null) {
                    throw new IllegalStateException("no table of character references");
                }
                new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().filter(l -> !l.startsWith("#"))
                        .forEach(line -> {
                            String[] parts = line.split(" ");
                            StringBuilder value = new StringBuilder();
                            for (int i = 1; i < parts.length; i++) {
                                value.appendCodePoint(Integer.parseInt(parts[i], 16));
                            }
                            table.put(parts[0], value.toString());
                        });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return table;
        }
    }
}
