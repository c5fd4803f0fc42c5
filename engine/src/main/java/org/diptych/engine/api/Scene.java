package org.diptych.engine.api;

import java.util.List;

/// A Toybox scene: its picture and what is true of it. Boxes and masks are in the pixels of `picture`.
///
/// @param seed     draws it again, at any size
/// @param objects  left to right
/// @param captions language -> captions, `en` and `zh`
public record Scene(long seed, Picture picture, List<Thing> objects, java.util.Map<String, List<String>> captions) {
    /// @param kind   English name, `fish`
    /// @param colour English name, `red`
    /// @param size   `large` or `small`
    /// @param mask   (H, W) 1 where the object is drawn
    public record Thing(String kind, String colour, String size, Box box, byte[] mask) {
    }
}
