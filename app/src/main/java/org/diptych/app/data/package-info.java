/// Sets of a person's own: looked through, corrected, saved as new ones.
package org.diptych.app.data;
