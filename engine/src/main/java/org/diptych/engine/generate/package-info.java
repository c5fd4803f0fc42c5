/// The decoding loop, once for all models that write: greedy, beams, draws. It reads logits and gives ids; what a model is and what an id means it does not know.
package org.diptych.engine.generate;
