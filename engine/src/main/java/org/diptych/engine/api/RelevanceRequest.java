package org.diptych.engine.api;

/// Which parts of the input does the score of this text and picture rest on?
///
/// @param model   handle of a loaded model
/// @param start   first character of the words asked about; the whole text when `start == end`
/// @param end     character after the last
/// @param method  how
public record RelevanceRequest(String model, Picture picture, String text, int start, int end, RelevanceMethod method) {
    /// @return the words asked about
    public String asked() {
        return start == end ? text : text.substring(start, end);
    }
}
