package org.diptych.app;

/// Lets the tensor library fetch its own build for NVIDIA graphics, and only where the person agreed in the settings.
final class GpuLibraries {
    /// The library takes the processor build that ships unless it is asked for another version; a version that differs in its build number only is
    /// enough, and the CUDA 12.8 build is the one for which a binding ships.
    private static final String VERSION = "2.7.1-1";
    private static final String FLAVOUR = "cu128";

    private GpuLibraries() {
    }

    /// Call it before the engine starts.
    static void allow(boolean agreed) {
        if (agreed) {
            System.setProperty("ai.djl.offline", "false");
            System.setProperty("PYTORCH_VERSION", VERSION);
            System.setProperty("PYTORCH_FLAVOR", FLAVOUR);
        } else {
            System.setProperty("ai.djl.offline", "true");
            System.clearProperty("PYTORCH_VERSION");
            System.clearProperty("PYTORCH_FLAVOR");
        }
    }
}
