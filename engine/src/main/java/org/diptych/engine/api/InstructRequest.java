package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Make conversations about pictures out of their captions and boxes (Liu et al. 2023, section 3).
///
/// @param data     `toybox`, or a set of a person's own, a file or folder with captions; lines of `captions.jsonl` may hold `boxes`
/// @param count    pictures at most
/// @param seed     of the first scene, and of what is drawn
/// @param world    Toybox placement
/// @param size     side of a drawn scene in pixels
/// @param language `en` or `zh`, in which is asked and answered
/// @param forms    of [#FORMS], one conversation a picture for each
/// @param out      folder that gets `instructions.json`, and `images/` where scenes are drawn
/// @param writer   who writes the answers; empty: Toybox's own generator, and nothing leaves this computer
public record InstructRequest(String data, int count, long seed, String world, int size, String language,
        List<String> forms, Path out, Optional<Writer> writer) {
    public static final List<String> FORMS = List.of("conversation", "description", "reasoning");
    public static final String TOYBOX = "toybox";

    public InstructRequest {
        forms = List.copyOf(forms);
    }

    /// @return the rows that say what is in a picture, picture by picture in the set's order; questions, conversations and captions that are known to be wrong are left out
    public static List<List<DataRow>> pictures(List<DataRow> rows) {
        Map<Path, List<DataRow>> out = new LinkedHashMap<>();
        rows.stream().filter(r -> r.right() && r.captioned())
                .forEach(r -> out.computeIfAbsent(r.picture(), p -> new ArrayList<>()).add(r));
        return List.copyOf(out.values());
    }

    /// A language model behind an address that speaks OpenAI's chat protocol.
    ///
    /// @param address up to and with `/v1`
    /// @param model   its name there
    /// @param key     sent as a bearer token, if there is one
    public record Writer(String address, String model, Optional<String> key) {
    }

    /// What is sent to a language model for one picture.
    ///
    /// @param id   of the conversation that it is for
    /// @param said in order
    public record Prompt(String id, List<Said> said) {
        public Prompt {
            said = List.copyOf(said);
        }

        /// @param role `system`, `user` or `assistant`
        public record Said(String role, String content) {
        }
    }
}
