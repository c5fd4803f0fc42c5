/// RoBERTa (Liu et al. 2019, arXiv 1907.11692): BERT's encoder with positions from 2, trained on masked words alone with a new mask at every sight of a text. Words only.
package org.diptych.engine.models.roberta;
