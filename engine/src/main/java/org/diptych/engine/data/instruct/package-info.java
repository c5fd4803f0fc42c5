/// Conversations about pictures, made of captions and boxes by the recipe of Visual Instruction Tuning (Liu et al. 2023, section 3): what a language model is asked,
/// asking it, and reading what it answers. Toybox knows enough of its scenes to answer by itself.
package org.diptych.engine.data.instruct;
