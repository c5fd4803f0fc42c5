package org.diptych.app.chart;

import java.util.Comparator;
import java.util.List;
import org.diptych.app.fx.I18n;
import org.diptych.engine.api.ValueNames;

/// What the values of a log are called, and in which unit they are.
final class CurveNames {
    /// First what is looked at most.
    private static final List<String> ORDER = List.of("loss", "validation.loss", "validation.r1",
            "validation.r1.image_to_text", "validation.r1.text_to_image", ValueNames.CAPTIONS, ValueNames.WORDS,
            ValueNames.REPLIES, "rate", "grad_norm", "weight_norm",
            "temperature", "pairs_per_second");

    private CurveNames() {
    }

    static Comparator<String> order() {
        return Comparator
                .comparing((String n) -> ORDER.contains(n) ? ORDER.indexOf(n) : ORDER.size() + ValueNames.family(n))
                .thenComparing(n -> n);
    }

    /// @return `training loss`; the log's own word for what no text is written about
    static String name(I18n i18n, String value) {
        return i18n.texts().get(ValueNames.name(value));
    }

    /// @return the title of its axis, with the unit
    static String axis(I18n i18n, String value) {
        return i18n.texts().get(ValueNames.axis(value));
    }
}
