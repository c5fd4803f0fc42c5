package org.diptych.engine.api;

/// Which region features lie with the pictures of a set.
///
/// @param pictures   that come with some
/// @param without    pictures that come with none, or with damaged ones
/// @param least      regions of a picture
/// @param most       regions of a picture
/// @param width      numbers of a region
/// @param classes    C, of which a detector says one of each region; 0 when the files do not say
/// @param attributes A, likewise
public record RegionFacts(int pictures, int without, int least, int most, int width, int classes, int attributes) {
    /// A few files that happen to lie there make no set of them: half of the pictures do.
    ///
    /// @return true when the set is one with region features, so that pictures without are left out
    public boolean taken() {
        return pictures > 0 && pictures >= without;
    }

    /// @return them in a few words: `region features, 36 regions each, 2,048 numbers`
    public Message told() {
        if (!taken()) {
            return Message.of("data.regions.passed", pictures, pictures + without);
        }
        Message count = least == most
                ? Message.of("data.regions.each", most)
                : Message.of("data.regions.range", least, most);
        return classes > 0
                ? Message.of("data.regions.told.classes", count, width, classes)
                : Message.of("data.regions.told", count, width);
    }
}
