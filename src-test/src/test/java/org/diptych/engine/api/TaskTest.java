package org.diptych.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every task has a name in plans and a name for people.
@Tag("unit")
class TaskTest {
    @ParameterizedTest
    @EnumSource(Task.class)
    void everyTaskIsNamedInBothLanguages(Task task) throws IOException {
        assertThat(Task.named(task.plan())).contains(task);
        assertThat(Task.names()).contains(task.plan()).doesNotHaveDuplicates();
        for (String file : new String[]{"finetune", "finetune_zh"}) {
            Properties texts = new Properties();
            try (InputStream in = TaskTest.class.getResourceAsStream("/org/diptych/i18n/" + file + ".properties")) {
                texts.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            }
            assertThat(texts.getProperty("finetune.task." + task.plan())).isNotBlank();
            assertThat(texts.getProperty("finetune.task." + task.plan() + ".tip")).isNotBlank();
        }
    }
}
