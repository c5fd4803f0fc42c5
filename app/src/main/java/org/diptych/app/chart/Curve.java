package org.diptych.app.chart;

import javafx.beans.value.ObservableValue;

/// One line of a chart.
///
/// @param value  its name in the log's rows, as `validation.loss`
/// @param label  its name in the legend
/// @param colour index into the theme's line colours; curves of one run share it
/// @param dots   true for values that come seldom: each is drawn as a dot, and none are smoothed
public record Curve(String value, ObservableValue<String> label, int colour, boolean dots) {
}
