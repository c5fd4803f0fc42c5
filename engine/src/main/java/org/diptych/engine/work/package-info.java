/// The one thread on which tensors live, its jobs, and the scopes that own native memory.
package org.diptych.engine.work;
