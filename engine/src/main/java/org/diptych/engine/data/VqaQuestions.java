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
/// `questions[]` of `question_id`, `image_id` and `question`; one with `annotations[]` of `question_id`, `multiple_choice_answer` (what most people said) and `answers[]` of `answer`, one for each person. A picture with
/// its questions is a pair, whose caption is the first question with its answer; a row is an entry of `questions`. An entry may name its picture by `image`, whatever its number, and say what it is for by
/// `split`, as [SetWriter] has them.
final class VqaQuestions {
    /// @param name of the picture, where the entry has one
    private record Question(int row, long id, long image, String text, Optional<String> name, Found.Part said) {
    }

    /// Questions of which one row is made.
    private record About(Path image, Found.Part part) {
    }

    /// What people say to a question.
    ///
    /// @param most  what most of them say
    /// @param times how often each answer was given, where that is told
    private record Answers(String most, Map<String, Integer> times) {
    }

    private VqaQuestions() {
    }

    /// @param questions   files of them
    /// @param annotations files of their answers, in any order
    static void read(List<Path> questions, List<Path> annotations, Found found) throws IOException {
        Map<Long, Answers> answers = new HashMap<>();
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
                    .ifPresent(text -> asked.add(new Question(row, id.getAsLong(), image.getAsLong(), text,
                            Optional.ofNullable(entry.get("image")).filter(JsonPrimitive.class::isInstance)
                                    .map(JsonElement::getAsString),
                            Found.Part.said(entry))));
        }
    }

    private static Optional<Answers> answer(JsonObject entry) {
        Map<String, Integer> times = new LinkedHashMap<>();
        if (entry.get("answers") instanceof JsonArray all) {
            for (JsonElement each : all) {
                if (each instanceof JsonObject given && given.get("answer") instanceof JsonPrimitive said
                        && !said.getAsString().isBlank()) {
                    times.merge(said.getAsString().strip(), 1, Integer::sum);
                }
            }
        }
        if (entry.get("multiple_choice_answer") instanceof JsonPrimitive most && !most.getAsString().isBlank()) {
            return Optional.of(new Answers(most.getAsString().strip(), times));
        }
        return times.entrySet().stream().reduce((a, b) -> b.getValue() > a.getValue() ? b : a)
                .map(most -> new Answers(most.getKey(), times));
    }

    private static void take(Path file, String folder, List<Question> asked, Map<Long, Answers> answers, Found found) {
        PictureFiles pictures = new PictureFiles(file, folder.isEmpty() ? List.of() : List.of(folder));
        Map<About, List<Found.Asked>> about = new LinkedHashMap<>();
        Found.Part all = Found.Part.of(folder);
        for (Question each : asked) {
            found.seen(each.row);
            Answers said = answers.get(each.id);
            if (said == null) {
                found.skip(each.row, "answer", Long.toString(each.id));
                continue;
            }
            Found.Part part = each.said == Found.Part.ANY ? all : each.said;
            pictures.take(each.name.orElseGet(() -> name(folder, each.image, pictures)), each.row, found)
                    .ifPresent(image -> about.computeIfAbsent(new About(image, part), i -> new ArrayList<>())
                            .add(new Found.Asked(each.row, each.text, said.most, said.times)));
        }
        about.forEach((which, asks) -> found.take(new Found.Pair(asks.getFirst().row(), which.image,
                asks.getFirst().question() + " " + asks.getFirst().answer(), which.part, List.copyOf(asks))));
    }

    /// @return what COCO calls the picture: by its number alone since 2017, with its folder's name before that
    private static String name(String folder, long image, PictureFiles pictures) {
        String name = String.format(Locale.ROOT, "%012d.jpg", image);
        return pictures.find(name).isPresent() ? name : String.format(Locale.ROOT, "COCO_%s_%s", folder, name);
    }
}
