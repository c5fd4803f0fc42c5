/// Pictures with layers over them, words with bars under them, and grids of small maps.
package org.diptych.app.canvas;
