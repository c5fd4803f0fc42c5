/// What listens to a forward pass: the recorder of attention, the ear for its gradients, and the relevance methods made from both.
package org.diptych.engine.probe;
