package org.diptych.app.data;

import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.DataRow;

/// Which rows are shown.
enum Filter {
    ALL, TRAIN, VALIDATION, UNUSED, EDITED, BROKEN;

    /// @return what can be chosen for a sheet; rows that are not used, and broken ones, only where there are some
    static List<Filter> of(Sheet sheet) {
        List<Filter> out = new ArrayList<>(List.of(values()));
        if (sheet.count(DataRow.Part.UNUSED) == 0) {
            out.remove(UNUSED);
        }
        if (sheet.set().report().skipped() == 0) {
            out.remove(BROKEN);
        }
        return out;
    }

    /// @param number of a row
    boolean takes(Sheet.Now sheet, int number) {
        return switch (this) {
            case ALL -> true;
            case TRAIN -> sheet.part(number) == DataRow.Part.TRAIN;
            case VALIDATION -> sheet.part(number) == DataRow.Part.VALIDATION;
            case UNUSED -> sheet.part(number) == DataRow.Part.UNUSED;
            case EDITED -> sheet.edited(number);
            case BROKEN -> false;
        };
    }

    int count(Sheet sheet) {
        return switch (this) {
            case ALL -> sheet.set().rows().size();
            case TRAIN -> sheet.count(DataRow.Part.TRAIN);
            case VALIDATION -> sheet.count(DataRow.Part.VALIDATION);
            case UNUSED -> sheet.count(DataRow.Part.UNUSED);
            case EDITED -> sheet.now().edits().size();
            case BROKEN -> sheet.set().report().skipped();
        };
    }
}
