/// Fused native operations. libtorch parses TorchScript source text, so each kernel is a short generated text; one call does the work of dozens.
package org.diptych.engine.kernel;
