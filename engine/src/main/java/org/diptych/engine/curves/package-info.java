/// Curves of runs: what their numbers say, and their drawings, tables and event files. Plain Java, from the log alone.
package org.diptych.engine.curves;
