package org.diptych.engine.api;

import java.util.List;
import java.util.Map;

/// What became of every tensor of a checkpoint.
///
/// @param form        `safetensors`, `torch zip`, `torch legacy` or `TorchScript`
/// @param layout      the known layout it was read as, for example `Hugging Face` or `OpenAI`
/// @param path        keys under which the tensors were found and the prefix that was taken off, for example `state_dict`, `module.`
/// @param loaded      tensors loaded
/// @param parameters  numbers in them
/// @param bytes       bytes they take in memory
/// @param dropped     tensor -> why it is not needed
/// @param missing     names the model wants and the file lacks
/// @param unexpected  names the file has and the model does not know
/// @param misshapen   name -> what was wanted and what was found
/// @param inert       classes and functions that the file names and that were not called
/// @param mapped      true when the weights lie in the file's own pages
public record LoadReport(String form, String layout, List<String> path, int loaded, long parameters, long bytes,
        Map<String, Message> dropped, List<String> missing, List<String> unexpected, Map<String, String> misshapen,
        List<String> inert, boolean mapped) {
    public boolean complete() {
        return missing.isEmpty() && unexpected.isEmpty() && misshapen.isEmpty();
    }
}
