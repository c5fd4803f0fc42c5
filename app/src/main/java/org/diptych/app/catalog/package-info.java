/// Models: the twelve families on a timeline, a page for each, and the opening of checkpoints.
package org.diptych.app.catalog;
