/// VLMo (Bao et al. 2022, arXiv 2111.02358): one transformer whose attention serves every modality and whose feed-forward part is an expert for pictures, for words,
/// or, in the top layers, for pairs; so the same weights are two towers or one.
///
/// A layer: `x += gamma_1 * Attention(LN1(x)); x += gamma_2 * FFN_m(LN2_m(x))` with m the expert (microsoft/unilm `vlmo/vlmo/modules/multiway_transformer.py`).
package org.diptych.engine.models.vlmo;
