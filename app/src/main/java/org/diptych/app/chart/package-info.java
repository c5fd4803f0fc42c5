/// Curves and matrices: the only users of JFreeChart.
package org.diptych.app.chart;
