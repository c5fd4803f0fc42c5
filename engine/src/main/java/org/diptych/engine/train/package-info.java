/// The trainer: plans, the stepping run, its optimiser, checkpoints and log.
package org.diptych.engine.train;
