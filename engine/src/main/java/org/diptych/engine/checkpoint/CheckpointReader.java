package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.EngineException;

/// An open checkpoint: tensors by name. Nothing in a file is ever executed.
public sealed interface CheckpointReader extends AutoCloseable permits SafetensorsReader, TorchReader, ShardedReader {
    /// Opens a file, or the checkpoint in a folder: `model.safetensors`, then an index of shards, then `pytorch_model.bin`, then the only weight file there.
    ///
    /// @throws EngineException when it is no checkpoint, or a damaged or hostile one
    static CheckpointReader open(Path path) throws EngineException {
        return CheckpointFiles.open(path);
    }

    /// @return the file the tensors come from (the index, for shards)
    Path file();

    /// @return `safetensors`, `torch zip`, `torch legacy` or `TorchScript`
    String form();

    /// @return keys that led to the tensors and the prefix taken off their names: `state_dict`, `module.`
    List<String> path();

    /// @return classes and functions that the file names and that were not called
    List<String> inert();

    /// @return tensor names in file order, prefix taken off
    Set<String> names();

    /// @throws IllegalArgumentException for a name that is not there
    Entry entry(String name);

    /// @return true when [#read] on the processor gives the file's own pages, false when it has to copy
    boolean mapped(String name);

    /// @param manager owns the tensor; on the processor an fp32 tensor is the file's own read-only pages
    NDArray read(String name, NDManager manager) throws EngineException;

    /// @param manager owns the tensor
    /// @return numbers of 16 bits: fp16 as the file's own pages, bf16 copied from them (see [org.diptych.engine.kernel.Brain]); nothing where they are of another format or lie apart
    Optional<NDArray> half(String name, NDManager manager) throws EngineException;

    @Override
    void close();
}
