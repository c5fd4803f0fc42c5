package org.diptych.engine.api;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What a model can be taught, under one name for all models; plans name objectives so. Which of them a model offers, and what its own code calls them, it says itself.
public enum Task {
    /// Picture and text of a pair find each other among others.
    CONTRAST("contrastive"),
    /// Whether picture and text belong together.
    MATCHING("itm"),
    /// Which words were hidden.
    MASKED_WORDS("mlm"),
    /// Which words of a text were hidden, without its picture.
    WORDS_ALONE("mlm-text"),
    /// Which codes hidden patches have.
    MASKED_PATCHES("mim"),
    /// Which codes hidden patches of a picture have, without its text.
    PATCHES_ALONE("mim-image"),
    /// What the features of hidden regions were.
    REGION_FEATURES("mrfr"),
    /// Of which class hidden regions were.
    REGION_CLASSES("mrc"),
    /// How a detector's certainty was spread over the classes of hidden regions.
    REGION_DISTRIBUTIONS("mrc-kl"),
    /// Class, attribute and features of hidden regions at once.
    OBJECTS("objects"),
    /// Words and regions or patches of a pair lie near each other: optimal transport.
    ALIGNMENT("alignment"),
    /// The true text comes before wrong ones.
    RANKING("rank"),
    /// The answer to a question.
    ANSWERS("vqa"),
    /// Whether a sentence holds of two pictures.
    PICTURE_PAIRS("nlvr2"),
    /// The class of a text.
    CLASSES("classification"),
    /// Whether a sentence follows another.
    NEXT_SENTENCE("nsp"),
    /// Writing the text of a picture, or the rest of a text, word by word.
    WRITING("captioning"),
    /// Writing texts word by word, without their picture.
    WRITING_ALONE("captioning-text"),
    /// Answering in a conversation about a picture; the questions are not learnt.
    INSTRUCTIONS("instruct"),
    /// Conversations and captions without their picture, word by word.
    INSTRUCTIONS_ALONE("instruct-text");

    private final String plan;

    Task(String plan) {
        this.plan = plan;
    }

    /// @return its name in plans
    public String plan() {
        return plan;
    }

    /// @return true for what can only be learnt of regions whose classes are known
    public boolean asksRegionClasses() {
        return this == REGION_CLASSES || this == REGION_DISTRIBUTIONS || this == OBJECTS;
    }

    /// @param name in plans
    public static Optional<Task> named(String name) {
        return Arrays.stream(values()).filter(t -> t.plan.equals(name)).findFirst();
    }

    /// @return every name that a plan may use
    public static List<String> names() {
        return Arrays.stream(values()).map(Task::plan).toList();
    }
}
