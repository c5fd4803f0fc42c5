/// Plain Java types that every front end shares: requests, results, cards, axes, traces, plans and logs. No tensor library here.
package org.diptych.engine.api;
