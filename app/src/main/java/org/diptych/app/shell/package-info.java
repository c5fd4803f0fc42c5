/// The window around the views: header, rail, status bar, command palette, messages, and what every view is handed ([AppContext]).
/// It knows no view; `Workbench` brings them together.
package org.diptych.app.shell;
