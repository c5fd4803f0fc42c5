/// Teach: a plan, a live curve, and what the model sees while it learns.
package org.diptych.app.finetune;
