package org.diptych.engine.api;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import java.util.concurrent.ConcurrentHashMap;

/// Every text a person sees, in one language. A key's first segment names its bundle: `checkpoint.truncated.what` is the key
/// `checkpoint.truncated.what` of `org/diptych/i18n/checkpoint.properties` (English) or `checkpoint_zh.properties` (Chinese).
/// Patterns are [MessageFormat]s, so a literal apostrophe is written twice.
public final class Texts {
    public static final Texts ENGLISH = new Texts(Locale.ENGLISH);
    public static final Texts CHINESE = new Texts(Locale.CHINESE);
    private static final ResourceBundle.Control NO_FALLBACK = ResourceBundle.Control
            .getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

    private final Locale locale;
    private final Map<String, ResourceBundle> bundles = new ConcurrentHashMap<>();

    private Texts(Locale locale) {
        this.locale = locale;
    }

    /// @return the texts in the language nearest to `locale`: Chinese for `zh`, English for all else.
    public static Texts of(Locale locale) {
        return locale.getLanguage().equals("zh") ? CHINESE : ENGLISH;
    }

    public Locale locale() {
        return locale;
    }

    public boolean has(String key) {
        return bundle(key).containsKey(key);
    }

    /// @param key  a key whose bundle exists
    /// @param args values for `{0}`, `{1}` ...; a [Message] among them is itself translated
    /// @return the formatted text
    /// @throws MissingResourceException for a key that no bundle has (a bug, which a test looks for)
    public String get(String key, Object... args) {
        Object[] values = new Object[args.length];
        for (int i = 0; i < args.length; i++) {
            values[i] = switch (args[i]) {
                case Message message -> get(message);
                case LocalText text -> text.in(locale);
                case java.nio.file.Path path -> path.toString();
                default -> args[i];
            };
        }
        return new MessageFormat(bundle(key).getString(key), locale).format(values);
    }

    public String get(Message message) {
        return get(message.key(), message.args().toArray());
    }

    private ResourceBundle bundle(String key) {
        int dot = key.indexOf('.');
        String name = dot < 0 ? key : key.substring(0, dot);
        return bundles.computeIfAbsent(name,
                n -> ResourceBundle.getBundle("org/diptych/i18n/" + n, locale, Texts.class.getClassLoader(),
                        NO_FALLBACK));
    }
}
