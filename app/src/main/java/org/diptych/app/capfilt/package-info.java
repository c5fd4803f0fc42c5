/// CapFilt: a captioner writes, a filter decides about what was found and what was written, and a person has the last word (Li et al. 2022, section 3.3).
package org.diptych.app.capfilt;
