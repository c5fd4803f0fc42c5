/// Pictures as files, as models want them, and with a heat map over them. No tensors here: everything is bytes and floats of plain Java.
package org.diptych.engine.image;
