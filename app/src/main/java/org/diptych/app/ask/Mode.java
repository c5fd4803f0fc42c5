package org.diptych.app.ask;

import java.util.Locale;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.ModelCard.Capability;

/// What can be asked. Which of these a model can do is read from what it declares.
enum Mode {
    /// A text about the picture; words that it is to begin with may be given.
    CAPTION,
    /// One question, answered in words of the model's own or from its list of answers.
    QUESTION,
    /// Questions that build on each other.
    CHAT,
    /// How well picture and sentence go together.
    MATCH,
    /// The words of gaps.
    FILL;

    /// @return key of its name; `.why` behind it says what it does, `.none` what is said of a model that cannot do it
    String key() {
        return "ask.mode." + name().toLowerCase(Locale.ROOT);
    }

    boolean can(LoadedModel model) {
        return switch (this) {
            case CAPTION -> model.talk().alone();
            case QUESTION -> model.talk().asked() || model.capabilities().contains(Capability.ANSWERS);
            case CHAT -> !model.talk().templates().isEmpty();
            case MATCH -> model.capabilities().contains(Capability.SCORES_PAIRS);
            case FILL -> model.talk().mask().isPresent();
        };
    }

    /// @param model cannot do this
    /// @return key of what it lacks
    String lacks(LoadedModel model) {
        boolean head = this == FILL && model.capabilities().contains(Capability.FILLS_MASKS);
        return key() + (head ? ".tokenizer" : ".none");
    }

    /// @return true when the model answers in words that it writes one by one
    boolean writes(LoadedModel model) {
        return this == CAPTION || this == CHAT || this == QUESTION && model.talk().asked();
    }
}
