package org.diptych.engine.api;

/// @param model handle of a loaded model
/// @param data  a data set: `toybox:test`, `toybox:validation`, or a folder
/// @param world Toybox placement: `aligned`, `loose`, `free`
/// @param seed  shifts the seed range of a Toybox split, so that other scenes are drawn
/// @param count items at most
public record EvaluateRequest(String model, String data, String world, long seed, int count) {
}
