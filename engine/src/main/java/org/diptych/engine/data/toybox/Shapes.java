package org.diptych.engine.data.toybox;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Arc2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;

/// Sixteen things as vector drawings in the unit square. The body carries the colour; details are its shades, black or white, so that a colour word stays true.
final class Shapes {
    private static final Color INK = new Color(0x2b2b33);
    private final Graphics2D g;
    private final boolean silhouette;
    private final Color body;
    private final Color dark;
    private final Color light;

    /// @param silhouette draws all in white, for masks
    Shapes(Graphics2D g, Hue hue, boolean silhouette) {
        this.g = g;
        this.silhouette = silhouette;
        body = hue.color;
        dark = hue.shade(-0.35);
        light = hue.shade(0.45);
    }

    void draw(Kind kind) {
        switch (kind) {
            case FISH -> fish();
            case BIRD -> bird();
            case CAT -> cat();
            case CAR -> car();
            case BOAT -> boat();
            case APPLE -> apple();
            case BANANA -> banana();
            case HOUSE -> house();
            case TREE -> tree();
            case STAR -> star();
            case CUP -> cup();
            case UMBRELLA -> umbrella();
            case FLOWER -> flower();
            case MUSHROOM -> mushroom();
            case KITE -> kite();
            case HAT -> hat();
        }
    }

    private void fill(Color color, Shape shape) {
        g.setColor(silhouette ? Color.WHITE : color);
        g.fill(shape);
    }

    private void stroke(Color color, Shape shape) {
        g.setColor(silhouette ? Color.WHITE : color);
        g.draw(shape);
    }

    private static Shape oval(double x, double y, double w, double h) {
        return new Ellipse2D.Double(x, y, w, h);
    }

    private static Shape polygon(double... xy) {
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            path.lineTo(xy[i], xy[i + 1]);
        }
        path.closePath();
        return path;
    }

    /// A closed curve through quadratic pieces: start, then control and end points by turns.
    private static Shape curve(double... xy) {
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i + 3 < xy.length; i += 4) {
            path.quadTo(xy[i], xy[i + 1], xy[i + 2], xy[i + 3]);
        }
        path.closePath();
        return path;
    }

    private static Shape line(double x1, double y1, double x2, double y2) {
        Path2D path = new Path2D.Double();
        path.moveTo(x1, y1);
        path.lineTo(x2, y2);
        return path;
    }

    private void eye(double x, double y, double r) {
        fill(Color.WHITE, oval(x - r, y - r, 2 * r, 2 * r));
        fill(INK, oval(x - r * 0.6, y - r * 0.6, 1.2 * r, 1.2 * r));
    }

    private void fish() {
        fill(dark, polygon(0.66, 0.5, 0.98, 0.22, 0.9, 0.5, 0.98, 0.78));
        fill(dark, curve(0.34, 0.28, 0.46, 0.02, 0.62, 0.3, 0.48, 0.34, 0.34, 0.28));
        fill(body, curve(0.02, 0.52, 0.2, 0.16, 0.5, 0.22, 0.72, 0.3, 0.8, 0.5, 0.72, 0.74, 0.48, 0.8, 0.18, 0.84, 0.02,
                0.52));
        fill(light, curve(0.3, 0.68, 0.5, 0.78, 0.66, 0.6, 0.5, 0.66, 0.3, 0.68));
        stroke(dark, new Arc2D.Double(0.22, 0.32, 0.18, 0.36, -70, 140, Arc2D.OPEN));
        eye(0.18, 0.44, 0.07);
    }

    private void bird() {
        fill(dark, polygon(0.02, 0.36, 0.3, 0.5, 0.2, 0.66));
        fill(body, curve(0.14, 0.5, 0.2, 0.9, 0.54, 0.88, 0.86, 0.82, 0.84, 0.44, 0.5, 0.56, 0.14, 0.5));
        fill(body, oval(0.52, 0.1, 0.38, 0.4));
        fill(dark, curve(0.28, 0.52, 0.3, 0.84, 0.62, 0.72, 0.64, 0.52, 0.28, 0.52));
        fill(new Color(0xf2a33a), polygon(0.87, 0.24, 1.0, 0.32, 0.87, 0.38));
        stroke(INK, line(0.44, 0.86, 0.42, 0.98));
        stroke(INK, line(0.6, 0.86, 0.6, 0.98));
        eye(0.74, 0.26, 0.06);
    }

    private void cat() {
        fill(body, polygon(0.08, 0.02, 0.44, 0.24, 0.1, 0.5));
        fill(body, polygon(0.92, 0.02, 0.56, 0.24, 0.9, 0.5));
        fill(light, polygon(0.15, 0.15, 0.32, 0.26, 0.16, 0.38));
        fill(light, polygon(0.85, 0.15, 0.68, 0.26, 0.84, 0.38));
        fill(body, oval(0.06, 0.2, 0.88, 0.76));
        fill(Color.WHITE, oval(0.22, 0.42, 0.18, 0.2));
        fill(Color.WHITE, oval(0.6, 0.42, 0.18, 0.2));
        fill(INK, oval(0.28, 0.44, 0.08, 0.18));
        fill(INK, oval(0.64, 0.44, 0.08, 0.18));
        fill(dark, polygon(0.44, 0.66, 0.56, 0.66, 0.5, 0.73));
        stroke(INK, line(0.02, 0.64, 0.26, 0.7));
        stroke(INK, line(0.02, 0.82, 0.26, 0.76));
        stroke(INK, line(0.98, 0.64, 0.74, 0.7));
        stroke(INK, line(0.98, 0.82, 0.74, 0.76));
    }

    private void car() {
        fill(body, curve(0.16, 0.48, 0.24, 0.16, 0.46, 0.16, 0.76, 0.14, 0.84, 0.48, 0.5, 0.5, 0.16, 0.48));
        fill(body, new RoundRectangle2D.Double(0.0, 0.44, 1.0, 0.36, 0.2, 0.2));
        fill(new Color(0xd9f0fb), polygon(0.26, 0.46, 0.32, 0.25, 0.47, 0.25, 0.47, 0.46));
        fill(new Color(0xd9f0fb), polygon(0.53, 0.46, 0.53, 0.25, 0.68, 0.25, 0.75, 0.46));
        fill(new Color(0xfff2a8), oval(0.9, 0.5, 0.1, 0.12));
        for (double x : new double[]{0.1, 0.64}) {
            fill(INK, oval(x, 0.64, 0.28, 0.28));
            fill(new Color(0xcfd3da), oval(x + 0.08, 0.72, 0.12, 0.12));
        }
    }

    private void boat() {
        fill(INK, new Rectangle2D.Double(0.46, 0.02, 0.05, 0.66));
        fill(Color.WHITE, polygon(0.54, 0.08, 0.54, 0.6, 0.94, 0.6));
        stroke(dark, polygon(0.54, 0.08, 0.54, 0.6, 0.94, 0.6));
        fill(light, polygon(0.42, 0.16, 0.42, 0.6, 0.08, 0.6));
        fill(body, polygon(0.0, 0.66, 1.0, 0.66, 0.82, 0.96, 0.18, 0.96));
        fill(dark, polygon(0.0, 0.66, 1.0, 0.66, 0.95, 0.74, 0.05, 0.74));
    }

    private void apple() {
        fill(body,
                curve(0.5, 0.3, 0.3, 0.16, 0.12, 0.34, -0.04, 0.56, 0.2, 0.88, 0.36, 1.02, 0.5, 0.92, 0.64, 1.02, 0.8,
                        0.88, 1.04, 0.56, 0.88, 0.34, 0.7,
                        0.16, 0.5, 0.3));
        stroke(INK, line(0.5, 0.32, 0.54, 0.06));
        fill(new Color(0x4d9f3c), curve(0.54, 0.18, 0.66, -0.04, 0.88, 0.06, 0.78, 0.26, 0.54, 0.18));
        fill(light, oval(0.2, 0.42, 0.14, 0.2));
    }

    private void banana() {
        fill(body, curve(0.1, 0.2, 0.16, 0.74, 0.84, 0.66, 0.98, 0.62, 0.96, 0.76, 0.6, 1.1, 0.18, 0.82, -0.1, 0.58,
                0.1, 0.2));
        fill(dark, curve(0.06, 0.08, 0.16, 0.04, 0.18, 0.12, 0.18, 0.24, 0.1, 0.28, 0.04, 0.2, 0.06, 0.08));
        fill(dark, oval(0.9, 0.62, 0.1, 0.14));
        stroke(dark, curve(0.13, 0.4, 0.3, 0.9, 0.86, 0.74, 0.3, 0.9, 0.13, 0.4));
    }

    private void house() {
        fill(body, new Rectangle2D.Double(0.12, 0.44, 0.76, 0.54));
        fill(dark, polygon(0.0, 0.48, 0.5, 0.02, 1.0, 0.48));
        fill(dark, new Rectangle2D.Double(0.7, 0.08, 0.12, 0.24));
        fill(new Color(0xfff6cf), new Rectangle2D.Double(0.2, 0.56, 0.2, 0.18));
        stroke(INK, line(0.3, 0.56, 0.3, 0.74));
        stroke(INK, line(0.2, 0.65, 0.4, 0.65));
        fill(INK, new Rectangle2D.Double(0.56, 0.6, 0.2, 0.38));
        fill(light, oval(0.59, 0.78, 0.04, 0.04));
    }

    private void tree() {
        fill(new Color(0x6a4a33), new Rectangle2D.Double(0.42, 0.6, 0.16, 0.4));
        fill(dark, oval(0.04, 0.3, 0.5, 0.44));
        fill(dark, oval(0.46, 0.3, 0.5, 0.44));
        fill(body, oval(0.2, 0.0, 0.6, 0.5));
        fill(body, oval(0.1, 0.22, 0.46, 0.42));
        fill(body, oval(0.44, 0.22, 0.46, 0.42));
        fill(light, oval(0.32, 0.1, 0.14, 0.12));
        fill(light, oval(0.62, 0.34, 0.1, 0.1));
    }

    private void star() {
        double[] xy = new double[20];
        for (int i = 0; i < 10; i++) {
            double r = i % 2 == 0 ? 0.52 : 0.23;
            double a = Math.PI * (i / 5.0 - 0.5);
            xy[2 * i] = 0.5 + r * StrictMath.cos(a);
            xy[2 * i + 1] = 0.54 + r * StrictMath.sin(a);
        }
        fill(body, polygon(xy));
        fill(light, polygon(0.5, 0.2, 0.56, 0.42, 0.5, 0.5, 0.44, 0.42));
        fill(INK, oval(0.4, 0.48, 0.06, 0.08));
        fill(INK, oval(0.54, 0.48, 0.06, 0.08));
    }

    private void cup() {
        g.setStroke(new java.awt.BasicStroke(0.1f));
        stroke(body, new Arc2D.Double(0.58, 0.32, 0.36, 0.36, -100, 200, Arc2D.OPEN));
        g.setStroke(new java.awt.BasicStroke(0.04f));
        fill(body, curve(0.06, 0.22, 0.06, 0.6, 0.14, 0.92, 0.4, 1.04, 0.64, 0.92, 0.74, 0.6, 0.74, 0.22, 0.4, 0.3,
                0.06, 0.22));
        fill(dark, oval(0.06, 0.12, 0.68, 0.2));
        fill(light, new RoundRectangle2D.Double(0.16, 0.42, 0.08, 0.34, 0.08, 0.08));
    }

    private void umbrella() {
        g.setStroke(new java.awt.BasicStroke(0.06f, java.awt.BasicStroke.CAP_ROUND, java.awt.BasicStroke.JOIN_ROUND));
        stroke(INK, line(0.5, 0.4, 0.5, 0.88));
        stroke(INK, new Arc2D.Double(0.5, 0.8, 0.18, 0.16, 180, 180, Arc2D.OPEN));
        fill(body, curve(0.0, 0.56, 0.04, 0.06, 0.5, 0.06, 0.96, 0.06, 1.0, 0.56, 0.84, 0.44, 0.68, 0.56, 0.5, 0.42,
                0.32, 0.56, 0.16, 0.44, 0.0, 0.56));
        fill(light, curve(0.5, 0.07, 0.34, 0.2, 0.33, 0.54, 0.5, 0.42, 0.67, 0.54, 0.66, 0.2, 0.5, 0.07));
        fill(INK, oval(0.47, 0.0, 0.06, 0.1));
    }

    private void flower() {
        Color leaf = new Color(0x5f8f4e);
        g.setStroke(new java.awt.BasicStroke(0.06f));
        stroke(leaf, line(0.5, 0.5, 0.5, 0.98));
        fill(leaf, curve(0.5, 0.9, 0.7, 0.66, 0.86, 0.74, 0.74, 0.94, 0.5, 0.9));
        for (int i = 0; i < 6; i++) {
            double a = Math.PI * i / 3;
            fill(body, oval(0.5 + 0.2 * StrictMath.cos(a) - 0.16, 0.34 + 0.2 * StrictMath.sin(a) - 0.16, 0.32, 0.32));
        }
        fill(dark, oval(0.35, 0.19, 0.3, 0.3));
        fill(new Color(0xfff0b8), oval(0.4, 0.24, 0.2, 0.2));
    }

    private void mushroom() {
        fill(new Color(0xf6ead8), curve(0.36, 0.5, 0.38, 0.8, 0.28, 0.98, 0.5, 1.02, 0.72, 0.98, 0.62, 0.8, 0.64, 0.5,
                0.5, 0.46, 0.36, 0.5));
        fill(body, curve(0.02, 0.56, 0.02, 0.04, 0.5, 0.04, 0.98, 0.04, 0.98, 0.56, 0.5, 0.66, 0.02, 0.56));
        fill(Color.WHITE, oval(0.16, 0.28, 0.16, 0.16));
        fill(Color.WHITE, oval(0.42, 0.12, 0.18, 0.18));
        fill(Color.WHITE, oval(0.68, 0.3, 0.16, 0.16));
    }

    private void kite() {
        fill(body, polygon(0.56, 0.0, 0.92, 0.3, 0.46, 0.72, 0.16, 0.24));
        fill(light, polygon(0.56, 0.0, 0.92, 0.3, 0.51, 0.28));
        fill(dark, polygon(0.16, 0.24, 0.51, 0.28, 0.46, 0.72));
        stroke(INK, curve(0.46, 0.72, 0.3, 0.78, 0.36, 0.88, 0.4, 0.96, 0.2, 0.98, 0.4, 0.96, 0.36, 0.88, 0.3, 0.78,
                0.46, 0.72));
        fill(body, polygon(0.26, 0.78, 0.4, 0.84, 0.26, 0.9));
        fill(body, polygon(0.48, 0.78, 0.34, 0.84, 0.5, 0.9));
    }

    private void hat() {
        fill(body, curve(0.22, 0.72, 0.22, 0.14, 0.36, 0.12, 0.5, 0.22, 0.64, 0.12, 0.78, 0.14, 0.78, 0.72, 0.5, 0.8,
                0.22, 0.72));
        fill(dark, curve(0.22, 0.56, 0.5, 0.66, 0.78, 0.56, 0.8, 0.66, 0.78, 0.74, 0.5, 0.84, 0.22, 0.74, 0.2, 0.66,
                0.22, 0.56));
        fill(body, curve(0.0, 0.7, 0.06, 0.62, 0.2, 0.7, 0.5, 0.86, 0.8, 0.7, 0.94, 0.62, 1.0, 0.7, 0.86, 0.98, 0.5,
                0.96, 0.14, 0.98, 0.0, 0.7));
        fill(light, oval(0.3, 0.28, 0.08, 0.2));
    }
}
