/// Toybox: a small world that the program draws itself. Every object's place is known, so a map over its pictures can be scored and not only looked at.
package org.diptych.engine.data.toybox;
