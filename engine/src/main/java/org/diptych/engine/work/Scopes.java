package org.diptych.engine.work;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/// The owners of native memory. Each scope frees all that was made in it when it closes.
public final class Scopes implements AutoCloseable {
    private final NDManager root;
    private final List<NDManager> made = new ArrayList<>();

    Scopes(Device device) {
        root = NDManager.newBaseManager(device);
    }

    public Device device() {
        return root.getDevice();
    }

    /// @return for one model's weights; the loader caps it, so that a stray array made in it throws
    public NDManager weights() {
        return named("weights");
    }

    /// @return for the inputs and activations of one request or step
    public NDManager call() {
        return named("call");
    }

    /// @return for the trainable copies and the optimiser state of one run
    public NDManager run() {
        return named("run");
    }

    /// @return arrays alive in all open scopes; a leak shows as growth
    public synchronized long arrays() {
        made.removeIf(manager -> !manager.isOpen());
        return made.stream().mapToLong(manager -> manager.getManagedArrays().size()).sum();
    }

    private synchronized NDManager named(String name) {
        NDManager manager = root.newSubManager();
        manager.setName(name);
        made.removeIf(old -> !old.isOpen());
        made.add(manager);
        return manager;
    }

    @Override
    public void close() {
        root.close();
    }
}
