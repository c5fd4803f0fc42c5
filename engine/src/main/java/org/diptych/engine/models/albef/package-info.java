/// ALBEF (Li et al. 2021, arXiv 2107.07651): picture and text are aligned by contrast before cross-attention fuses them, and a slowly following copy of the model gives soft targets.
package org.diptych.engine.models.albef;
