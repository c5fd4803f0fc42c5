package org.diptych.engine.checkpoint;

import java.util.Collection;

/// What is said of tensor names whatever the file's form.
final class Names {
    /// Left by DataParallel and DistributedDataParallel wrappers.
    private static final String WRAPPER = "module.";

    private Names() {
    }

    /// @return `module.` when every name begins with it, else nothing
    static String commonPrefix(Collection<String> names) {
        return !names.isEmpty() && names.stream().allMatch(n -> n.startsWith(WRAPPER)) ? WRAPPER : "";
    }
}
