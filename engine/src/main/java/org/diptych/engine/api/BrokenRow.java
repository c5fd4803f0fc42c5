package org.diptych.engine.api;

/// A row of a data set that nothing can be learnt from.
///
/// @param row counted from 1 as the file has them: the lines of a table with its heading, the entries of a list
/// @param why one short sentence
public record BrokenRow(int row, Message why) {
}
