/// What models learn from and are measured on.
package org.diptych.engine.data;
