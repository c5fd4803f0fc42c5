/// The contract between models and everything that uses them, in tensor terms. A model implements [VisionLanguageModel] and those of the small
/// capability interfaces that it can honour; whoever needs a capability asks with `instanceof`.
package org.diptych.engine.model;
