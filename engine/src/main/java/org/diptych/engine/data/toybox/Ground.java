package org.diptych.engine.data.toybox;

import java.awt.Color;
import java.util.List;

/// Backgrounds, plain or softly graded, all paler than any thing.
enum Ground {
    WHITE("white", "白色", 0xffffff, 0xffffff), CREAM("cream", "米色", 0xfdf6e3, 0xf6ead0), SKY("sky blue", "天蓝色", 0xdff1ff,
            0xc9e4fb), MINT("mint", "薄荷色",
                    0xe6f7ee,
                    0xd2eedd), LILAC("lilac", "淡紫色", 0xf2ecfa, 0xe4daf3), GREY("grey", "浅灰色", 0xededf0, 0xdcdde2);

    static final List<Ground> ALL = List.of(values());

    final String en;
    final String zh;
    final Color top;
    final Color bottom;

    Ground(String en, String zh, int top, int bottom) {
        this.en = en;
        this.zh = zh;
        this.top = new Color(top);
        this.bottom = new Color(bottom);
    }
}
