/// Files of region features as public feature sets come.
package org.diptych.engine.data.regions;
