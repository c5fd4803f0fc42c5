/// Looking back at a run: its kept moments, for every view that shows a run.
package org.diptych.app.moments;
