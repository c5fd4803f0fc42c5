package org.diptych.engine.image;

import java.util.Locale;

/// A sheet that is written as SVG.
public final class SvgSheet implements Pen {
    private final StringBuilder out = new StringBuilder();
    private int clips;
    private boolean clipped;

    public SvgSheet(int width, int height, int ground) {
        out.append(String.format(Locale.ROOT, """
                <?xml version="1.0" encoding="UTF-8"?>
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
                font-family="'Noto Sans SC', sans-serif">
                <rect width="100%%" height="100%%" fill="%3$s"/>
                """, width, height, colour(ground)));
    }

    private static String colour(int rgb) {
        return String.format("#%06x", rgb & 0xffffff);
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.replaceFirst("\\.?0+$", "");
    }

    @Override
    public void line(double[] x, double[] y, Ink ink) {
        out.append("<polyline fill=\"none\" stroke-linejoin=\"round\" stroke=\"").append(colour(ink.rgb()))
                .append("\" stroke-width=\"").append(number(ink.width())).append('"');
        if (ink.opacity() < 1) {
            out.append(" stroke-opacity=\"").append(number(ink.opacity())).append('"');
        }
        ink.dash().ifPresent(d -> out.append(" stroke-dasharray=\"").append(number(d)).append('"'));
        out.append(" points=\"");
        for (int i = 0; i < x.length; i++) {
            out.append(i == 0 ? "" : " ").append(number(x[i])).append(',').append(number(y[i]));
        }
        out.append("\"/>\n");
    }

    @Override
    public void dot(double x, double y, double radius, int rgb) {
        out.append("<circle cx=\"").append(number(x)).append("\" cy=\"").append(number(y)).append("\" r=\"")
                .append(number(radius)).append("\" fill=\"").append(colour(rgb)).append("\"/>\n");
    }

    @Override
    public void text(double x, double y, String text, double size, int rgb, Align align) {
        String anchor = switch (align) {
            case START -> "start";
            case MIDDLE -> "middle";
            case END -> "end";
        };
        out.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y)).append("\" font-size=\"")
                .append(number(size)).append("\" text-anchor=\"").append(anchor).append("\" fill=\"")
                .append(colour(rgb)).append("\">")
                .append(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")).append("</text>\n");
    }

    @Override
    public void inside(double x, double y, double width, double height) {
        everywhere();
        String name = "c" + clips++;
        out.append("<clipPath id=\"").append(name).append("\"><rect x=\"").append(number(x)).append("\" y=\"")
                .append(number(y)).append("\" width=\"").append(number(width)).append("\" height=\"")
                .append(number(height)).append("\"/></clipPath>\n<g clip-path=\"url(#").append(name).append(")\">\n");
        clipped = true;
    }

    @Override
    public void everywhere() {
        if (clipped) {
            out.append("</g>\n");
            clipped = false;
        }
    }

    /// @return the whole file
    public String svg() {
        everywhere();
        return out + "</svg>\n";
    }
}
