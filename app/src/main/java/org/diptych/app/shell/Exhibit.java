package org.diptych.app.shell;

import org.diptych.app.canvas.Input;

/// What a person looks at: a picture and a sentence, which other views may begin from.
public record Exhibit(Input input, String sentence) {
}
