package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Texts;

/// What every bad file must get: one message of three texts, in both languages, without a word of ours in it.
final class Refusal {
    private Refusal() {
    }

    /// @param key the message that is expected
    static EngineException of(ThrowingCallable work, String key) {
        EngineException told = assertThatExceptionOfType(EngineException.class).isThrownBy(work).actual();
        assertThat(told.key()).as(told.getMessage()).isEqualTo(key);
        readable(told);
        return told;
    }

    static EngineException ofOpening(Path file, String key) {
        return of(() -> CheckpointReader.open(file).close(), key);
    }

    static void readable(EngineException told) {
        for (Texts texts : new Texts[]{Texts.ENGLISH, Texts.CHINESE}) {
            for (String text : new String[]{told.what(texts), told.why(texts), told.todo(texts)}) {
                assertThat(text).isNotBlank().doesNotContain("Exception", "org.diptych", "java.", "null")
                        .doesNotContainPattern("@[0-9a-f]{5,8}\\b")
                        .doesNotContainPattern("\\{\\d");
            }
        }
        assertThat(told.why(Texts.CHINESE)).as("a Chinese text").containsPattern("[\\u4e00-\\u9fff]");
    }
}
