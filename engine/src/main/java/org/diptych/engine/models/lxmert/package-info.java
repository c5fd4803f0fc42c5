/// LXMERT (Tan and Bansal 2019, arXiv 1908.07490): a stream of words and a stream of objects that cross in layers whose one cross-attention serves both directions.
package org.diptych.engine.models.lxmert;
