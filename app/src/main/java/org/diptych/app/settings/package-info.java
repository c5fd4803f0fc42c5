/// What a person sets once: language, look, what computes, where things lie.
package org.diptych.app.settings;
