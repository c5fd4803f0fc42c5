/// BLIP-2 (Li et al. 2023, arXiv 2301.12597): a few learned queries, the Q-Former, ask a frozen picture tower and learn to speak with text (stage 1: contrast over the best query, matching over all,
/// text from the picture; equations as in section 3.2), then, through one projection, to a frozen language model (stage 2, section 3.3). Held to salesforce/LAVIS `blip2_qformer.py`, `blip2_opt.py`,
/// `blip2_t5.py`, `Qformer.py`,
/// `eva_vit.py` and transformers `models/blip_2`, `models/opt`, `models/t5`. A written word looks at queries, and the queries have looked at the picture: its map is the product of both.
package org.diptych.engine.models.blip2;
