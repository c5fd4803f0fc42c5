/// The command line: the same requests and the same engine as the window, without a display.
package org.diptych.engine.cli;
