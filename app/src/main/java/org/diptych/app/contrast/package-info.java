/// Contrast: pictures against sentences, and what a temperature makes of the matrix.
package org.diptych.app.contrast;
