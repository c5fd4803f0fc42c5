/// The benchmark: every figure beside its baseline, measured in the same run.
package org.diptych.engine.bench;
