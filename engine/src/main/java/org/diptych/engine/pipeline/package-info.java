/// Work of several models in stages, each of which can be broken off and gone on with.
package org.diptych.engine.pipeline;
