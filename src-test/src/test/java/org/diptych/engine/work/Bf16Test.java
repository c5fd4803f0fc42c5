package org.diptych.engine.work;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class Bf16Test {
    private static List<String> processor(String list) {
        return List.of("processor\t: 0", "model name\t: Some 9000", list, "", "processor\t: 1",
                "model name\t: Some 9000", list);
    }

    @ParameterizedTest
    @CsvSource({"flags\t\t: fpu avx512f avx512_bf16 avx512_vnni, true", "flags\t\t: fpu amx_bf16, true",
            "Features\t: fp asimd i8mm bf16, true", "flags\t\t: fpu avx2 avx512f avx512bw, false",
            "Features\t: fp asimd sha512, false", "flags\t\t: xavx512_bf16x, false"})
    void aProcessorHasItByItsInstructions(String list, boolean has) {
        Optional<Message> lacking = Bf16.processor(processor(list));
        assertThat(lacking.isEmpty()).isEqualTo(has);
        lacking.ifPresent(why -> assertThat(Texts.ENGLISH.get(why)).contains("Some 9000").contains("bf16"));
    }

    @Test
    void aSystemThatDoesNotTellIsNotBelievedToHaveIt() {
        assertThat(Bf16.processor(List.of())).contains(Message.of("work.bf16.untold"));
        assertThat(Bf16.processor(List.of("Hardware\t: unknown"))).contains(Message.of("work.bf16.untold"));
    }

    @ParameterizedTest
    @CsvSource({"75, 7.5", "80, ''", "86, ''", "90, ''", "120, ''", "70, 7.0", "61, 6.1"})
    void aGraphicsCardHasItFromItsCapability(String capability, String told) {
        Optional<Message> lacking = Bf16.graphics(capability);
        assertThat(lacking.map(m -> m.args().getFirst().toString()).orElse("")).isEqualTo(told);
    }

    /// On whatever machine this runs.
    @Test
    void thisProcessorIsAsked() throws Exception {
        Path processors = Path.of("/proc/cpuinfo");
        String all = Files.isReadable(processors) ? Files.readString(processors) : "";
        assertThat(Bf16.lacking(Device.cpu()).isEmpty()).isEqualTo(all.contains("avx512_bf16")
                || all.contains("amx_bf16") || all.matches("(?s).*Features[^\\n]* bf16.*"));
    }
}
