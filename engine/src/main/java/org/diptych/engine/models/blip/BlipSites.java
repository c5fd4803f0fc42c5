package org.diptych.engine.models.blip;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.Way;
import org.diptych.engine.model.Encoded;

/// Where BLIP looks: the picture tower, and each mode of the text transformer that the file has and the sample calls for.
record BlipSites(BlipConfig config) {
    /// @return the sites that run with this sample
    List<AttentionSite> of(Encoded sample) {
        BlipConfig.Vision v = config.vision();
        Axis patches = new Axis.Patches(v.grid(), v.grid(), 1);
        List<AttentionSite> sites = new ArrayList<>();
        boolean sees = sample.height() > 0;
        if (sees) {
            sites.add(new AttentionSite(BlipModel.VISION, AttentionSite.Kind.SELF, v.layers(), v.heads(), patches,
                    patches,
                    false, 0));
        }
        int words = sample.tokens().map(Tokens::size).orElse(0);
        Axis text = new Axis.Text(words);
        boolean asks = config.parts().asks();
        if (config.parts().reads() && words > 0) {
            if (!asks) {
                sites.add(site(ModeProbe.ALONE, AttentionSite.Kind.SELF, text, text, false, 0));
            }
            if (sees) {
                sites.add(site(BlipModel.READING, AttentionSite.Kind.SELF, text, text, false, 0));
                sites.add(site(BlipModel.READING + BlipModel.CROSS, AttentionSite.Kind.CROSS, text, patches, false, 0));
            }
        }
        if (config.parts().writes() && sees) { // without a text its own first token is there
            Axis written = asks || words == 0 ? new Axis.Text(1) : text;
            sites.add(site(BlipModel.WRITING, AttentionSite.Kind.SELF, written, written, true, -1));
            sites.add(site(BlipModel.WRITING + BlipModel.CROSS, AttentionSite.Kind.CROSS, written,
                    asks ? text : patches, false, -1));
        }
        return sites;
    }

    /// The modes of the text transformer that this file has, by the blocks that a text goes through in each layer (figure 2): its feed-forward follows in all of
    /// them. Encoder and decoder share everything but self-attention.
    List<Way> ways(Encoded sample) {
        List<AttentionSite> sites = of(sample);
        List<Way> all = new ArrayList<>();
        add(Way.Kind.UNIMODAL, ModeProbe.ALONE, sites, all);
        add(Way.Kind.READING, BlipModel.READING, sites, all);
        add(Way.Kind.WRITING, BlipModel.WRITING, sites, all);
        return all;
    }

    private void add(Way.Kind kind, String name, List<AttentionSite> sites, List<Way> all) {
        sites.stream().filter(s -> s.name().equals(name)).findFirst().ifPresent(self -> {
            boolean looks = sites.stream().anyMatch(s -> s.name().equals(name + BlipModel.CROSS));
            String blocks = (self.causal() ? "Causal SA" : "Bi SA") + (looks ? " + CA" : "");
            all.add(new Way(kind, looks ? List.of(name, name + BlipModel.CROSS) : List.of(name),
                    List.of(new Way.Lane(Way.Input.WORDS, Collections.nCopies(self.layers(), blocks)))));
        });
    }

    private AttentionSite site(String name, AttentionSite.Kind kind, Axis query, Axis key, boolean causal,
            int summary) {
        return new AttentionSite(name, kind, config.text().layers(), config.text().heads(), query, key, causal,
                summary);
    }
}
