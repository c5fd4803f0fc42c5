package org.diptych.engine.generate;

import java.util.List;

/// One written id beside what the model would rather or nearly have said. Probabilities are the model's own, before any penalty, temperature or cut.
///
/// @param id           what was written
/// @param probability  of it
/// @param alternatives the likeliest ids, likeliest first, the written one among them where it is likely enough
public record Choice(long id, double probability, List<Alternative> alternatives) {
    public record Alternative(long id, double probability) {
    }
}
