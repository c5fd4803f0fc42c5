package org.diptych.engine.data.toybox;

import java.awt.Color;
import java.util.List;

/// The eight colours of things.
enum Hue {
    RED("red", "红色", 0xdc2f2f), ORANGE("orange", "橙色", 0xf58a1f), YELLOW("yellow", "黄色", 0xf4d21f), GREEN("green", "绿色",
            0x2f9e44), BLUE("blue", "蓝色",
                    0x2466d6), PURPLE("purple", "紫色",
                            0x8a3ec9), PINK("pink", "粉色", 0xf27fb2), BROWN("brown", "棕色", 0x7b4a24);

    static final List<Hue> ALL = List.of(values());

    final String en;
    final String zh;
    final Color color;

    Hue(String en, String zh, int rgb) {
        this.en = en;
        this.zh = zh;
        color = new Color(rgb);
    }

    /// @param amount above 0 towards white, below towards black
    Color shade(double amount) {
        double to = amount > 0 ? 255 : 0;
        double part = Math.abs(amount);
        return new Color(mix(color.getRed(), to, part), mix(color.getGreen(), to, part),
                mix(color.getBlue(), to, part));
    }

    private static int mix(int from, double to, double part) {
        return (int) Math.round(from + (to - from) * part);
    }
}
