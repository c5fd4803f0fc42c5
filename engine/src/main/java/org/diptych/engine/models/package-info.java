/// The list of models and one thin package for each.
package org.diptych.engine.models;
