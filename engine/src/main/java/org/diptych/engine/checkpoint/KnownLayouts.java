package org.diptych.engine.checkpoint;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The tensor names of every layout in which the twelve models are published, those that this version cannot load included: so a file that does not fit can
/// still be told apart. The list is the resource `layouts.txt`; numbers in names are written `#`.
final class KnownLayouts {
    /// Below this share of a file's names a likeness says nothing.
    private static final double ALIKE = 0.25;
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final String LIST = "/org/diptych/checkpoint/layouts.txt";

    /// @param family id of the model's card
    /// @param model  as a person calls it
    /// @param layout as a person calls it
    /// @param names  tensor names with `#` for numbers
    record Known(String family, String model, String layout, Set<String> names) {
        private long shared(Set<String> masked) {
            return masked.stream().filter(names::contains).count();
        }

        private double likeness(Set<String> masked) {
            long shared = shared(masked);
            return (double) shared / (masked.size() + names.size() - shared);
        }
    }

    private KnownLayouts() {
    }

    /// @return the layout that knows most of the names; of several that know as many, the one with fewest others
    static Optional<Known> nearest(Set<String> names) {
        Set<String> masked = names.stream().map(n -> NUMBER.matcher(n).replaceAll("#")).collect(Collectors.toSet());
        return read().stream().filter(k -> k.shared(masked) >= ALIKE * masked.size())
                .max(Comparator.comparingLong((Known k) -> k.shared(masked))
                        .thenComparingDouble(k -> k.likeness(masked)));
    }

    /// Read anew each time: it is wanted once, when a load has failed.
    static List<Known> read() {
        List<Known> all = new ArrayList<>();
        try (InputStream in = KnownLayouts.class.getResourceAsStream(LIST);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("@")) {
                    String[] title = line.substring(1).split("\t");
                    all.add(new Known(title[0], title[1], title[2], new HashSet<>()));
                } else {
                    all.getLast().names().add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }
}
