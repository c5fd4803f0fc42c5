package org.diptych.engine.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;

/// Writes what is asked and answered about pictures in the form that it was read in: conversations as LLaVA's list, questions as VQA v2's two files. Both name the picture's file by `image` and the part by
/// `split`, which other readers of VQA v2 pass over. A question has VQA v2's numbers: the picture's, which is COCO's where the file is named as COCO's are, and a thousand times that plus the question's
/// own. Of its answers there is the one that most people gave, which is what was read.
final class TurnsWriter {
    private static final Pattern COCO = Pattern.compile("(?:COCO_[a-z]+\\d{4}_)?(\\d{12})\\.[A-Za-z]+");
    private static final String QUESTIONS = "questions.json";
    private static final String ANSWERS = "annotations.json";
    /// Questions of one picture that its number leaves room for.
    private static final int ROOM = 1000;

    /// Writes the entries of a row.
    @FunctionalInterface
    private interface Row {
        /// @param row from 0
        void write(int row, Entries out) throws IOException;
    }

    /// The entries of a list, one a line.
    private static final class Entries {
        private final Writer out;
        private boolean some;

        Entries(Writer out) {
            this.out = out;
        }

        void add(JsonObject entry) throws IOException {
            out.write(some ? ",\n" : "\n");
            out.write(entry.toString());
            some = true;
        }
    }

    private TurnsWriter() {
    }

    /// @param rows  all questions, or all conversations
    /// @param watch is told now and then how many rows were written
    static void write(Path folder, List<DataRow> rows, LongConsumer watch) throws EngineException {
        if (!rows.getFirst().asks()) {
            list(folder.resolve(InstructDataset.NAME), "[", "]", rows.size(), watch,
                    (row, out) -> out.add(talk(folder, rows.get(row))));
            return;
        }
        long[] pictures = numbers(rows);
        long room = Math.max(ROOM, rows.stream().mapToInt(r -> r.turns().size()).max().orElse(0));
        list(folder.resolve(ANSWERS), "{\"annotations\": [", "]}", rows.size(), watch, (row, out) -> {
            List<Conversation.Turn> turns = rows.get(row).turns();
            for (int i = 0; i < turns.size(); i++) {
                out.add(answer(numbered(pictures[row], room, i), turns.get(i)));
            }
        });
        list(folder.resolve(QUESTIONS), "{\"questions\": [", "]}", rows.size(), watch, (row, out) -> {
            for (int i = 0; i < rows.get(row).turns().size(); i++) {
                out.add(question(folder, rows.get(row), numbered(pictures[row], room, i), i));
            }
        });
    }

    private static void list(Path file, String before, String behind, int rows, LongConsumer watch, Row each)
            throws EngineException {
        SafeFile.write(file, channel -> {
            Writer out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8)); // the channel's owner closes it
            out.write(before);
            Entries entries = new Entries(out);
            for (int i = 0; i < rows; i++) {
                SetWriter.told(i, watch);
                each.write(i, entries);
            }
            out.write("\n" + behind + "\n");
            out.flush();
        });
    }

    /// @return number of each row's picture, no two of which are the same
    private static long[] numbers(List<DataRow> rows) {
        long[] out = new long[rows.size()];
        Set<Long> taken = new HashSet<>();
        for (int i = 0; i < out.length; i++) {
            Matcher coco = COCO.matcher(rows.get(i).picture().getFileName().toString());
            if (coco.matches() && taken.add(Long.parseLong(coco.group(1)))) {
                out[i] = Long.parseLong(coco.group(1));
            }
        }
        long next = 1;
        for (int i = 0; i < out.length; i++) {
            while (out[i] == 0) {
                out[i] = taken.add(next) ? next : 0;
                next++;
            }
        }
        return out;
    }

    private static JsonObject numbered(long picture, long room, int turn) {
        JsonObject out = new JsonObject();
        out.addProperty("question_id", picture * room + turn);
        out.addProperty("image_id", picture);
        return out;
    }

    private static JsonObject question(Path folder, DataRow row, JsonObject out, int turn) {
        out.addProperty("question", row.turns().get(turn).question());
        out.addProperty("image", SetWriter.name(folder, row.picture()));
        out.addProperty("split", Found.Part.name(row.part()));
        return out;
    }

    private static JsonObject answer(JsonObject out, Conversation.Turn said) {
        JsonObject one = new JsonObject();
        one.addProperty("answer_id", 1);
        one.addProperty("answer", said.answer());
        JsonArray all = new JsonArray();
        all.add(one);
        out.addProperty("multiple_choice_answer", said.answer());
        out.add("answers", all);
        return out;
    }

    private static JsonObject talk(Path folder, DataRow row) {
        String file = row.picture().getFileName().toString();
        JsonObject out = InstructJson.of(file.replaceFirst("\\.[^.]*$", ""), SetWriter.name(folder, row.picture()),
                row.turns());
        out.addProperty("split", Found.Part.name(row.part()));
        return out;
    }
}
