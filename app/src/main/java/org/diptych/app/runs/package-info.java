/// Runs: what was taught on this machine, and how the curves compare.
package org.diptych.app.runs;
