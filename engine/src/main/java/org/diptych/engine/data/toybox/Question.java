package org.diptych.engine.data.toybox;

/// A question about a scene that has one answer.
///
/// @param form   what it asks for: `kind`, `side`, `colour`, `count`, `present`, `place`, `size`, `relation`, `bigger`, `which` or `background`
/// @param text   the question
/// @param answer one of [Toybox#answers]
/// @param reply  the answer as a whole sentence, as a conversation wants it
public record Question(String form, String text, String answer, String reply) {
}
