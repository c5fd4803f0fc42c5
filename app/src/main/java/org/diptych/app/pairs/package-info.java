/// The pairs of a run's step, worst first, wherever a curve is drawn.
package org.diptych.app.pairs;
