package org.diptych.app.shell;

import org.diptych.app.fx.Fx;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Texts;

/// Something that went wrong, in the three texts in which it is shown once: what happened, why, and what to do.
///
/// @param error the cause
public record Fault(Throwable error) {
    public Fault {
        error = Fx.cause(error);
    }

    public String what(Texts texts) {
        return error instanceof EngineException e ? e.what(texts) : texts.get("shell.fault.what");
    }

    public String why(Texts texts) {
        return error instanceof EngineException e
                ? e.why(texts)
                : texts.get("shell.fault.why", error.getClass().getSimpleName(), String.valueOf(error.getMessage()));
    }

    public String todo(Texts texts) {
        return error instanceof EngineException e ? e.todo(texts) : texts.get("shell.fault.todo");
    }
}
