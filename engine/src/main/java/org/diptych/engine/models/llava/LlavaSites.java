package org.diptych.engine.models.llava;

import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Encoded;

/// Where LLaVA attends: in the picture tower, whose patches the language model reads, and in the language model, whose last place tells the next word.
record LlavaSites(LlavaConfig config) {
    /// @return the patches as the language model reads them
    Axis.Patches patches() {
        int grid = config.vision().grid();
        return new Axis.Patches(grid, grid, config.whole() ? 1 : 0);
    }

    List<AttentionSite> of(Encoded sample) {
        List<AttentionSite> sites = new ArrayList<>();
        int grid = config.vision().grid();
        if (sample.height() > 0) {
            Axis patches = new Axis.Patches(grid, grid, 1);
            sites.add(new AttentionSite(LlavaModel.VISION, AttentionSite.Kind.SELF, config.vision().layers().layers(),
                    config.vision().layers().heads(), patches, patches, false, -1));
        }
        sample.tokens().ifPresent(tokens -> {
            Axis all = axis(tokens);
            sites.add(new AttentionSite(LlavaModel.LANGUAGE, AttentionSite.Kind.SELF, config.language().layers(),
                    config.language().heads(), all, all, true, all.size() - 1));
        });
        return sites;
    }

    /// A picture's patches stand where its one token stood.
    private Axis axis(Tokens tokens) {
        List<Axis> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.tokens().get(i).id() == config.ids().image()) {
                parts.add(new Axis.Text(i - from, from));
                parts.add(patches());
                from = i + 1;
            }
        }
        parts.add(new Axis.Text(tokens.size() - from, from));
        return parts.size() == 1 ? parts.getFirst() : new Axis.Joined(parts);
    }
}
