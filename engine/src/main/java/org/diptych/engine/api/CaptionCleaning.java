package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Captions in doubt, cleaned by a captioner and a filter (BLIP's CapFilt, Li et al. 2022, section 3.3).
public interface CaptionCleaning {
    /// Writes a caption for each picture of a set and decides about both captions; goes on where such work was broken off.
    JobHandle<CapFiltResult> clean(CapFiltRequest request);

    /// @return every decision of such work
    /// @throws EngineException when none was begun in this folder
    List<CaptionDecision> decisions(Path folder) throws EngineException;

    /// Decides otherwise than the filter did, and writes the cleaned set anew.
    ///
    /// @param other number of a decision -> whether its caption is kept
    JobHandle<CapFiltResult> overrule(Path folder, Map<Integer, Boolean> other);

    /// @return the parts in such work that a loaded model can have; none for a model that is not loaded any more
    Set<CapFiltRole> roles(String handle);

    /// @return the parts that a fresh model of the family can be taught by the family's own plan; none where there is no such plan
    Set<CapFiltRole> learns(String family);

    /// @param human folder of pairs beyond doubt to learn from; Toybox without noise where there is none
    /// @return a plan by which a fresh model of the family learns its part in such work
    /// @throws EngineException when the family has no plan
    FineTunePlan plan(CapFiltRole role, String family, int steps, Optional<Path> human) throws EngineException;

    /// Reads what lies in a folder of such work.
    JobHandle<CapFiltWork> work(Path folder);

    /// Takes all decisions anew by a threshold and by what a person wants, and writes the cleaned set.
    ///
    /// @param other number of a decision that a person takes -> whether its caption is kept; all others are the filter's
    JobHandle<CapFiltResult> decide(Path folder, double threshold, Map<Integer, Boolean> other);
}
