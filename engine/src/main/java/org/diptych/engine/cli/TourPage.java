package org.diptych.engine.cli;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diptych.engine.api.Texts;

/// The tour as one page that needs nothing beside it: pictures are part of it, curves are drawn as SVG.
final class TourPage {
    private static final String STYLE = """
            :root { color-scheme: light dark; --line: #d0d7de; --muted: #57606a; --accent: #0969da; --second: #bc4c00; }
            @media (prefers-color-scheme: dark) { :root { --line: #30363d; --muted: #8b949e; --accent: #58a6ff; --second: #f0883e; } }
            body { font: 16px/1.5 system-ui, "Noto Sans SC", sans-serif; max-width: 1040px; margin: 48px auto; padding: 0 24px; }
            h1 { font-size: 28px; margin: 0 0 8px; } h2 { font-size: 20px; margin: 48px 0 8px; }
            p { margin: 0 0 16px; max-width: 720px; } .muted, figcaption, text { color: var(--muted); fill: var(--muted); font-size: 14px; }
            .row { display: flex; flex-wrap: wrap; gap: 16px; } figure { margin: 0; width: 224px; } figure img { width: 100%; border-radius: 8px; display: block; }
            table { border-collapse: collapse; } td, th { padding: 0; font-weight: 400; font-size: 12px; text-align: center; }
            th.t { width: 84px; height: 84px; vertical-align: bottom; padding: 4px; color: var(--muted); } td.c { width: 84px; height: 64px; }
            td img { width: 64px; border-radius: 6px; margin-right: 8px; display: block; }
            """;

    /// @param png the picture
    record Figure(byte[] png, String caption) {
    }

    private final Texts texts;
    private final StringBuilder body = new StringBuilder();

    TourPage(Texts texts) {
        this.texts = texts;
        body.append("<h1>Diptych</h1>").append(paragraph("cli.tour.intro"));
    }

    void look(String model, List<Figure> figures) {
        body.append("<h2>").append(texts.get("cli.tour.look")).append("</h2>")
                .append(paragraph("cli.tour.look.why", escape(model))).append("<div class=\"row\">");
        figures.forEach(f -> body.append("<figure><img alt=\"\" src=\"").append(data(f.png)).append("\"><figcaption>")
                .append(escape(f.caption)).append("</figcaption></figure>"));
        body.append("</div>");
    }

    /// @param probability (n, n) along rows
    void contrast(List<byte[]> pictures, List<String> sentences, float[] probability, double recall) {
        int n = pictures.size();
        body.append("<h2>").append(texts.get("cli.tour.contrast")).append("</h2>")
                .append(paragraph("cli.tour.contrast.why", String.format(Locale.ROOT, "%.0f", 100 * recall)))
                .append("<table><tr><th></th>");
        sentences.forEach(s -> body.append("<th class=\"t\">").append(escape(s)).append("</th>"));
        body.append("</tr>");
        for (int i = 0; i < n; i++) {
            body.append("<tr><td><img alt=\"\" src=\"").append(data(pictures.get(i))).append("\"></td>");
            for (int j = 0; j < n; j++) {
                float p = probability[i * n + j];
                body.append(String.format(Locale.ROOT,
                        "<td class=\"c\" style=\"background:rgba(9,105,218,%.3f)\">%.2f</td>", p, p));
            }
            body.append("</tr>");
        }
        body.append("</table>");
    }

    void teach(Map<String, double[][]> curves, int steps) {
        body.append("<h2>").append(texts.get("cli.tour.teach")).append("</h2>")
                .append(paragraph("cli.tour.teach.why", steps)).append(chart(curves));
    }

    private static String chart(Map<String, double[][]> curves) {
        double width = 720;
        double height = 280;
        double left = 48;
        double bottom = 32;
        double most = curves.values().stream().flatMap(java.util.Arrays::stream).mapToDouble(p -> p[1]).max().orElse(1);
        double last = curves.values().stream().flatMap(java.util.Arrays::stream).mapToDouble(p -> p[0]).max().orElse(1);
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT,
                "<svg viewBox=\"0 0 %.0f %.0f\" width=\"100%%\" role=\"img\">", width, height));
        for (int i = 0; i <= 4; i++) {
            double y = (height - bottom) * (1 - i / 4.0) + 4;
            svg.append(String.format(Locale.ROOT,
                    "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"var(--line)\"/><text x=\"0\" y=\"%.1f\">%.2f</text>",
                    left, width, y, y,
                    y + 4, most * i / 4));
        }
        String[] colours = {"var(--accent)", "var(--second)"};
        int k = 0;
        for (Map.Entry<String, double[][]> curve : curves.entrySet()) {
            StringBuilder path = new StringBuilder();
            for (double[] point : curve.getValue()) {
                double x = left + (width - left - 8) * point[0] / last;
                double y = (height - bottom) * (1 - point[1] / most) + 4;
                path.append(path.isEmpty() ? "M" : "L").append(String.format(Locale.ROOT, "%.1f %.1f", x, y));
            }
            svg.append("<path fill=\"none\" stroke-width=\"2\" stroke=\"").append(colours[k % 2]).append("\" d=\"")
                    .append(path).append("\"/>");
            svg.append(String.format(Locale.ROOT,
                    "<rect x=\"%.0f\" y=\"%.0f\" width=\"16\" height=\"3\" fill=\"%s\"/><text x=\"%.0f\" y=\"%.0f\">%s</text>",
                    left + k * 220.0,
                    height - 10, colours[k % 2], left + 24 + k * 220.0, height - 4, escape(curve.getKey())));
            k++;
        }
        return svg.append("</svg>").toString();
    }

    private String paragraph(String key, Object... args) {
        return "<p>" + texts.get(key, args) + "</p>";
    }

    private static String data(byte[] png) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    String html() {
        return "<!doctype html><html lang=\"" + texts.locale().getLanguage()
                + "\"><head><meta charset=\"utf-8\"><title>Diptych</title><style>" + STYLE + "</style></head><body>"
                + body + "</body></html>\n";
    }
}
