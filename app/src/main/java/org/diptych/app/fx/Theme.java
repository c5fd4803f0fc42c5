package org.diptych.app.fx;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import javafx.application.Application;
import javafx.scene.paint.Color;

/// Light or dark, with the few colours that pictures and charts need in code; all else takes them from the style sheet.
///
/// @see <a href="https://primer.style">Primer</a>, whose palettes AtlantaFX carries
public enum Theme {
    LIGHT("#ffffff", "#f6f8fa", "#24292f", "#57606a", "#d0d7de", "#0969da"), DARK("#0d1117", "#161b22", "#c9d1d9",
            "#8b949e", "#30363d", "#58a6ff");

    private final Color background;
    private final Color subtle;
    private final Color foreground;
    private final Color muted;
    private final Color border;
    private final Color accent;

    Theme(String background, String subtle, String foreground, String muted, String border, String accent) {
        this.background = Color.web(background);
        this.subtle = Color.web(subtle);
        this.foreground = Color.web(foreground);
        this.muted = Color.web(muted);
        this.border = Color.web(border);
        this.accent = Color.web(accent);
    }

    /// Dresses the whole program in this theme.
    public void apply() {
        Application.setUserAgentStylesheet(
                (this == LIGHT ? new PrimerLight() : new PrimerDark()).getUserAgentStylesheet());
    }

    public Theme other() {
        return this == LIGHT ? DARK : LIGHT;
    }

    public Color background() {
        return background;
    }

    public Color subtle() {
        return subtle;
    }

    public Color foreground() {
        return foreground;
    }

    public Color muted() {
        return muted;
    }

    public Color border() {
        return border;
    }

    public Color accent() {
        return accent;
    }

    /// @return the colour of the `i`-th line of a chart: colours that people with a colour weakness can tell apart (Okabe and Ito 2008)
    public Color line(int i) {
        String[] light = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#444444", "#8250df"};
        String[] dark = {"#56b4e9", "#e69f00", "#2fc79b", "#e09fc3", "#f0e442", "#6ea8ff", "#bbbbbb", "#bc8cff"};
        return Color.web((this == LIGHT ? light : dark)[Math.floorMod(i, light.length)]);
    }
}
