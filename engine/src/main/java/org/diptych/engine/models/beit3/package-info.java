/// BEiT-3 (Wang et al. 2023, arXiv 2208.10442): pictures and words are tokens of one sequence, some are hidden, and one multiway transformer fills them in.
///
/// The released weights share less than the paper draws: in every layer each projection, each norm and each feed-forward part exists twice, A for pictures and B for
/// words, and attention alone joins the two (microsoft/torchscale `model/BEiT3.py`, `component/multiway_network.py`; microsoft/unilm `beit3/modeling_finetune.py`).
package org.diptych.engine.models.beit3;
