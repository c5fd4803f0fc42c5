package org.diptych.engine.api;

/// @param device  for example `CPU` or `CUDA 0 (name)`
/// @param threads libtorch threads
/// @param resident bytes of memory the process holds, 0 when the platform does not tell
/// @param arrays  native arrays alive
/// @param queued  jobs waiting
public record EngineStatus(String device, int threads, long resident, long arrays, int queued) {
}
