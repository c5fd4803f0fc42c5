package org.diptych.app.chart;

import java.util.Comparator;
import java.util.List;
import org.diptych.app.fx.I18n;

/// What the values of a log are called, and in which unit they are.
final class CurveNames {
    /// First what is looked at most.
    private static final List<String> ORDER = List.of("loss", "validation.loss", "validation.r1",
            "validation.r1.image_to_text", "validation.r1.text_to_image", "rate", "grad_norm", "temperature",
            "pairs_per_second");
    private static final List<String> FAMILIES = List.of("validation.loss.", "validation.accuracy.", "validation.",
            "loss.", "forwards.", "ms.", "mib.");

    private CurveNames() {
    }

    static Comparator<String> order() {
        return Comparator.comparing((String n) -> ORDER.contains(n) ? ORDER.indexOf(n) : ORDER.size() + family(n))
                .thenComparing(n -> n);
    }

    private static int family(String name) {
        for (int i = 0; i < FAMILIES.size(); i++) {
            if (name.startsWith(FAMILIES.get(i))) {
                return i;
            }
        }
        return FAMILIES.size();
    }

    /// @return `training loss`; the log's own word for what no text is written about
    static String name(I18n i18n, String value) {
        return text(i18n, "curves.name.", value);
    }

    /// @return the title of its axis, with the unit
    static String axis(I18n i18n, String value) {
        return text(i18n, "curves.axis.", value);
    }

    private static String text(I18n i18n, String prefix, String value) {
        if (i18n.texts().has(prefix + value)) {
            return i18n.get(prefix + value);
        }
        int family = family(value);
        if (family == FAMILIES.size()) {
            return value;
        }
        String start = FAMILIES.get(family);
        return i18n.get(prefix + start + "any", value.substring(start.length()));
    }
}
