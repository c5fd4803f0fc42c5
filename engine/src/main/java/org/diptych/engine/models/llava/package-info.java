/// LLaVA (Liu et al. 2023, "Visual Instruction Tuning", arXiv 2304.08485) and LLaVA-1.5 (arXiv 2310.03744). The patches Z of CLIP's last layer but one pass through
/// a projector, H = W Z (v1) or H = W2 gelu(W1 Z) (v1.5), and stand in the prompt of a LLaMA where one image token stood; the loss is that of the answer's words
/// alone: sum over answers of log p(x_i | H, x_1 ... x_i-1).
package org.diptych.engine.models.llava;
