package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.nn.Adapters;

/// What a branch takes over of its parent's checkpoint: every weight as it was at that moment, whatever the branch trains.
final class Inheritance {
    /// Tells the first checkpoint of a branch from those that it writes itself.
    static final String MARK = "run.inherited";

    private Inheritance() {
    }

    /// Moments go with weights that were learning at that moment; whatever else the branch trains starts with an optimiser that knows nothing. Low-rank changes that the branch has too stay what they
    /// are. All others are merged into their matrices: the model computes the same as before, as a kept one does, while to refuse would leave only the way over kept weights, without log, moments and
    /// step.
    ///
    /// @param scope owns what is made anew
    /// @return for the branch's first checkpoint
    static Map<String, NDArray> of(RunFolder.Saved saved, FineTunePlan parent, FineTunePlan branch, NDManager scope) {
        FineTunePlan.Stage stage = parent.course().get(parent.stageAt(saved.step()));
        Map<String, NDArray> out = new LinkedHashMap<>();
        Map<String, NDArray> merged = new LinkedHashMap<>();
        saved.tensors().forEach((key, tensor) -> {
            String kind = key.substring(0, key.indexOf('.'));
            String name = key.substring(kind.length() + 1);
            boolean own = Adapters.own(name);
            boolean goes = own && !stays(Adapters.matrix(name), parent.lora(), branch.lora());
            switch (kind) {
                case "run" -> {
                }
                case "weight" -> (goes ? merged : out).put(goes ? name : key, tensor);
                case "first", "second", "before", "touched" -> {
                    if (!goes && parent.learns(name, own, stage)) {
                        out.put(key, tensor);
                    }
                }
                default -> out.put(key, tensor);
            }
        });
        if (!merged.isEmpty()) {
            Adapters.changes(merged, parent.lora().alpha() / parent.lora().rank(), scope)
                    .forEach((name, change) -> out.put("change." + name, change));
        }
        out.put(MARK, scope.create(1L));
        return out;
    }

    /// @param matrix full name of a linear map
    private static boolean stays(String matrix, FineTunePlan.Lora parent, FineTunePlan.Lora branch) {
        return branch.rank() == parent.rank() && branch.alpha() == parent.alpha() && branch.adapts(matrix);
    }

    /// @return the rate that the branch goes on with: its plan's own where that says another than the parent's, else as it stood, for a person may have moved it
    static double rate(RunFolder.Saved saved, FineTunePlan parent, FineTunePlan branch) {
        double own = branch.course().get(branch.stageAt(saved.step())).rate();
        return own == parent.course().get(parent.stageAt(saved.step())).rate() ? saved.rate() : own;
    }
}
