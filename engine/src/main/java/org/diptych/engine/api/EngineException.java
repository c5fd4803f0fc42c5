package org.diptych.engine.api;

/// Something in the world (a file, a plan, a device) is not as the work needs it. It is shown once, as three short texts under one key:
/// `KEY.what` happened, `KEY.why`, and `KEY.todo` (what the person can do).
public final class EngineException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String key;
    private final transient Object[] args;

    public EngineException(String key, Object... args) {
        this(null, key, args);
    }

    public EngineException(Throwable cause, String key, Object... args) {
        super(key, cause);
        this.key = key;
        this.args = args.clone();
    }

    public String key() {
        return key;
    }

    /// @return values for the key's texts
    public Object[] args() {
        return args.clone();
    }

    public String what(Texts texts) {
        return texts.get(key + ".what", args);
    }

    public String why(Texts texts) {
        return texts.get(key + ".why", args);
    }

    public String todo(Texts texts) {
        return texts.get(key + ".todo", args);
    }

    @Override
    public String getMessage() {
        return what(Texts.ENGLISH) + " " + why(Texts.ENGLISH) + " " + todo(Texts.ENGLISH);
    }
}
