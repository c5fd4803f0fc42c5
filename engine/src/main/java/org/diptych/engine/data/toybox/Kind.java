package org.diptych.engine.data.toybox;

import java.util.List;

/// What things there are, with the Chinese measure word that counts them.
enum Kind {
    FISH("fish", "鱼", "条"), BIRD("bird", "鸟", "只"), CAT("cat", "猫", "只"), CAR("car", "汽车", "辆"), BOAT("boat", "船",
            "艘"), APPLE("apple", "苹果",
                    "个"), BANANA("banana", "香蕉", "根"), HOUSE("house", "房子",
                            "座"), TREE("tree", "树", "棵"), STAR("star", "星星", "颗"), CUP("cup", "杯子",
                                    "个"), UMBRELLA("umbrella", "雨伞", "把"), FLOWER("flower", "花",
                                            "朵"), MUSHROOM("mushroom", "蘑菇", "个"), KITE("kite", "风筝",
                                                    "只"), HAT("hat", "帽子", "顶");

    static final List<Kind> ALL = List.of(values());

    final String en;
    final String zh;
    final String measure;

    Kind(String en, String zh, String measure) {
        this.en = en;
        this.zh = zh;
        this.measure = measure;
    }

    /// @return the article that English wants before `word`
    static String article(String word) {
        return "aeiou".indexOf(word.charAt(0)) >= 0 ? "an" : "a";
    }
}
