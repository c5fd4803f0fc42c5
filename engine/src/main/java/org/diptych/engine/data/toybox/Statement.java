package org.diptych.engine.data.toybox;

/// A sentence about two pictures, true or not (NLVR2: Suhr et al. 2019).
public record Statement(String text, boolean holds) {
}
