package org.diptych.engine.data;

import java.util.List;
import java.util.Set;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SetReport;

/// A set that was read once, with what is kept of it for validation.
public interface OpenedSet {
    /// @return what was found, whether or not it is enough to learn from
    SetReport report();

    /// @return the usable rows in the file's order
    List<DataRow> rows();

    /// @return names of the pictures that rows were left out for, since they are not there or are no pictures
    Set<String> without();

    /// @param most pairs at most
    /// @throws EngineException when there is too little to learn from
    Dataset train(int most) throws EngineException;

    /// @param most pairs at most
    /// @throws EngineException when there is too little to validate with
    Dataset validation(int most) throws EngineException;
}
