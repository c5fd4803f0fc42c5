/// What the program reads and keeps outside of any model: the catalogue's cards.
package org.diptych.engine.session;
