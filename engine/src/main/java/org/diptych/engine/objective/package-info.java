/// What training minimises. An objective knows capabilities, never a model.
package org.diptych.engine.objective;
