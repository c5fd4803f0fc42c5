package org.diptych.engine.data.instruct;

import java.util.List;
import java.util.Locale;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow.Boxed;

/// All that a language model is told of a picture which it cannot see: captions, and what lies where.
///
/// @param id       of the picture
/// @param image    its path from the folder of results
/// @param captions true sentences about it
/// @param boxes    as shares of the picture, 0 to 1
/// @param known    conversations that its own world has about it, one of each form; empty where nobody but a language model could write them
record Sight(String id, String image, List<String> captions, List<Boxed> boxes, List<Conversation> known) {
    /// @return box in pixels as shares of the picture
    static Boxed share(Boxed boxed, int width, int height) {
        Box b = boxed.box();
        return new Boxed(boxed.label(), new Box(b.x1() / width, b.y1() / height, b.x2() / width, b.y2() / height));
    }

    /// @return captions, one a line, then boxes as `label: [x1, y1, x2, y2]`, as the paper's table 14 shows them
    String told() {
        StringBuilder out = new StringBuilder(String.join("\n", captions));
        if (!boxes.isEmpty()) {
            out.append('\n');
        }
        for (Boxed boxed : boxes) {
            Box b = boxed.box();
            out.append('\n').append(boxed.label())
                    .append(String.format(Locale.ROOT, ": [%.3f, %.3f, %.3f, %.3f]", b.x1(), b.y1(), b.x2(), b.y2()));
        }
        return out.toString();
    }
}
