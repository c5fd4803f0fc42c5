/// Texts as models read them: tokens, their ids, and where each stands in the text a person wrote.
package org.diptych.engine.text;
