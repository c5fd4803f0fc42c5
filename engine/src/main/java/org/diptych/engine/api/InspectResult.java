package org.diptych.engine.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// @param tokens  the sentence as the model read it
/// @param view    the part of the picture that the model saw, in the picture's pixels (centre crop, for example)
/// @param patches the model's patch grid, empty for a model without one
/// @param regions the regions it read, empty for a model that reads pixels
/// @param trace   its attention
/// @param ways    the ways in which the model uses its weights with such an input; empty for a model that has one way
/// @param scores  named scores in the order to show them: cosine, logit, match probability ...
/// @param answers the likeliest answers, best first; empty for a model without a list of answers
/// @param fills   masked place -> the likeliest words for it, best first
/// @param next    the likeliest words behind the text, best first; empty for a model that does not write
/// @param notes   what a person should know of this input (truncated, unknown characters)
public record InspectResult(Tokens tokens, Box view, Optional<Axis.Patches> patches, Optional<Regions> regions,
        AttentionTrace trace, List<Way> ways, Map<String, Double> scores, List<Guess> answers,
        Map<Integer, List<Guess>> fills,
        List<Guess> next, List<Message> notes) {
}
