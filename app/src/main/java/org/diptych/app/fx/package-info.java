/// What every view needs of JavaFX: the one gate to its thread, texts that follow the language, and tasks of which the newest wins.
package org.diptych.app.fx;
