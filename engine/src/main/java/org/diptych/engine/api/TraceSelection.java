package org.diptych.engine.api;

import java.util.Map;

/// Which attention slices a trace keeps. A model of 32 layers and 32 heads over 600 positions would fill 1.5 GB whole, so by default all layers keep
/// their head mean and all heads are kept as long as a site stays within `maxFloats`; beyond it, the heads of one layer only.
///
/// @param maxFloats  most floats a site may keep
/// @param focusLayer per site name, the layer whose heads are kept when not all fit (last layer when absent)
public record TraceSelection(long maxFloats, Map<String, Integer> focusLayer) {
    public static final TraceSelection DEFAULT = new TraceSelection(64L << 20, Map.of());
}
