/// Transformer stacks that several models share. A tower takes facts, never a model's name.
package org.diptych.engine.tower;
