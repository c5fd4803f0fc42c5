/// Figures over a data set: what a model can do, told apart from how it looks.
package org.diptych.engine.evaluate;
