/// UNITER (Chen et al. 2020, arXiv 1909.11740): words and detector regions in one BERT, taught by masking either, by matching, and by aligning words with regions.
package org.diptych.engine.models.uniter;
