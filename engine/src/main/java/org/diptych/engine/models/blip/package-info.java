/// BLIP (Li et al. 2022, arXiv 2201.12086): one text transformer reads alone, reads with the picture, or writes from it; what it writes and what it drops makes the next training set.
package org.diptych.engine.models.blip;
