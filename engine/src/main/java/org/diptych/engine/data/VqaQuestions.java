package org.diptych.engine.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// VQA v2 (Goyal et al. 2017, https://visualqa.org/vqa_v2_teaser.html, formats at https://visualqa.org/download.html): one file with `data_subtype` (COCO's folder, such as `train2014`) and
/// `questions[]` of `question_id`, `image_id` and `question`; one with `annotations[]` of `question_id`, `multiple_choice_answer` (what most people said) and `answers[]` of `answer`. A picture with
/// its questions is a pair, whose caption is the first question with its answer; a row is an entry of `questions`.
final class VqaQuestions {
    private record Question(int row, long id, long image, String text) {
    }

    private VqaQuestions() {
    }

    /// @param questions   files of them
    /// @param annotations files of their answers, in any order
    static void read(List<Path> questions, List<Path> annotations, Found found) throws IOException {
        Map<Long, String> answers = new HashMap<>();
        Found unseen = found.aside(); // an answer that cannot be used is told of by its question
        for (Path file : annotations) {
            JsonRows.read(file, Map.of("annotations", (row, entry) -> {
                OptionalLong id = JsonRows.number(entry, "question_id", row, unseen);
                if (id.isPresent()) {
                    answer(entry).ifPresent(said -> answers.put(id.getAsLong(), said));
                }
            }), unseen);
        }
        for (Path file : questions) {
            List<Question> asked = new ArrayList<>();
            JsonObject texts = JsonRows.read(file,
                    Map.of("questions", (row, entry) -> question(row, entry, asked, found)), found);
            String folder = texts.has("data_subtype") ? texts.get("data_subtype").getAsString() : "";
            take(file, folder, asked, answers, found);
        }
    }

    private static void question(int row, JsonObject entry, List<Question> asked, Found found) {
        OptionalLong id = JsonRows.number(entry, "question_id", row, found);
        if (id.isEmpty()) {
            return;
        }
        OptionalLong image = JsonRows.number(entry, "image_id", row, found);
        if (image.isPresent()) {
            JsonRows.text(entry, "question", row, found)
                    .ifPresent(text -> asked.add(new Question(row, id.getAsLong(), image.getAsLong(), text)));
        }
    }

    private static Optional<String> answer(JsonObject entry) {
        if (entry.get("multiple_choice_answer") instanceof JsonPrimitive most && !most.getAsString().isBlank()) {
            return Optional.of(most.getAsString().strip());
        }
        Map<String, Integer> times = new LinkedHashMap<>();
        if (entry.get("answers") instanceof JsonArray all) {
            for (JsonElement each : all) {
                if (each instanceof JsonObject given && given.get("answer") instanceof JsonPrimitive said
                        && !said.getAsString().isBlank()) {
                    times.merge(said.getAsString().strip(), 1, Integer::sum);
                }
            }
        }
        return times.entrySet().stream().reduce((a, b) -> b.getValue() > a.getValue() ? b : a).map(Map.Entry::getKey);
    }

    private static void take(Path file, String folder, List<Question> asked, Map<Long, String> answers, Found found) {
        PictureFiles pictures = new PictureFiles(file, folder.isEmpty() ? List.of() : List.of(folder));
        Map<Path, List<Found.Asked>> about = new LinkedHashMap<>();
        for (Question each : asked) {
            found.seen(each.row);
            String said = answers.get(each.id);
            if (said == null) {
                found.skip(each.row, "answer", Long.toString(each.id));
                continue;
            }
            String old = String.format(Locale.ROOT, "COCO_%s_%012d.jpg", folder, each.image);
            String name = String.format(Locale.ROOT, "%012d.jpg", each.image); // as COCO has them since 2017
            pictures.take(pictures.find(name).isPresent() ? name : old, each.row, found)
                    .ifPresent(image -> about.computeIfAbsent(image, i -> new ArrayList<>())
                            .add(new Found.Asked(each.row, each.text, said)));
        }
        Found.Part part = Found.Part.of(folder);
        about.forEach((image, all) -> found.take(new Found.Pair(all.getFirst().row(), image,
                all.getFirst().question() + " " + all.getFirst().answer(), part, List.copyOf(all))));
    }
}
