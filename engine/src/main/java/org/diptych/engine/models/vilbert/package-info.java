/// ViLBERT (Lu et al. 2019, arXiv 1908.02265) and 12-in-1 (Lu et al. 2020, arXiv 1912.02315): two streams of different depth that swap keys and values in co-attention layers.
package org.diptych.engine.models.vilbert;
