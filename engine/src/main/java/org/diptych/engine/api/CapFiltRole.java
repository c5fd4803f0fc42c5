package org.diptych.engine.api;

import java.util.List;

/// The two parts that models have in captioning and filtering (Li et al. 2022, section 3.3).
public enum CapFiltRole {
    /// Writes a caption for a picture, with no text to begin from.
    CAPTIONER(List.of(Task.WRITING)),
    /// Says of one picture and one text with what probability they belong together.
    FILTER(List.of(Task.CONTRAST, Task.MATCHING));

    private final List<Task> tasks;

    CapFiltRole(List<Task> tasks) {
        this.tasks = tasks;
    }

    /// @return what a model is taught for this part; the last of them it cannot do without
    public List<Task> tasks() {
        return tasks;
    }
}
