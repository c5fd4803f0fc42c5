/// Public checkpoint files: read without executing anything, mapped instead of copied, and every tensor accounted for.
package org.diptych.engine.checkpoint;
