/// The program: [org.diptych.app.Main] starts it, [org.diptych.app.Workbench] puts it together.
package org.diptych.app;
