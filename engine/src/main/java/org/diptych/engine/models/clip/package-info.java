/// CLIP: Learning Transferable Visual Models From Natural Language Supervision (Radford et al. 2021, arXiv 2103.00020).
///
/// A picture tower f and a text tower g map into one space; with unit vectors u = f(picture) / |f(picture)| and v = g(text) / |g(text)| the logit of a pair is
/// exp(s) u·v with a learned s. N pairs are trained with the symmetric cross-entropy over the N x N logits (section 2.3 and figure 3 of the paper).
package org.diptych.engine.models.clip;
