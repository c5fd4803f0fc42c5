package org.diptych.engine.api;

import java.util.Locale;

/// A text written in both languages, as model cards and plans hold it.
public record LocalText(String en, String zh) {
    public String in(Locale locale) {
        return locale.getLanguage().equals("zh") ? zh : en;
    }
}
