/// Look inside: one picture and one sentence, and what a model does with them. Drawn from attention sites and axes alone; no model is known by name here.
package org.diptych.app.inspect;
