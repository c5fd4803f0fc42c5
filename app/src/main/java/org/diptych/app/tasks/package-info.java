/// Each training objective of a model on one input, side by side.
package org.diptych.app.tasks;
