/// ViLT (Kim, Son and Kim 2021, arXiv 2102.03334): words and raw patches in one vision transformer, without a detector and without a convolutional network.
package org.diptych.engine.models.vilt;
