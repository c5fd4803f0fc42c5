package org.diptych.engine.work;

import ai.djl.ndarray.NDManager;

/// The owners of native memory. Each scope frees all that was made in it when it closes.
public final class Scopes implements AutoCloseable {
    private final NDManager root = NDManager.newBaseManager();

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

    private NDManager named(String name) {
        NDManager manager = root.newSubManager();
        manager.setName(name);
        return manager;
    }

    @Override
    public void close() {
        root.close();
    }
}
