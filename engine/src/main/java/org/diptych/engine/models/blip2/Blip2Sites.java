package org.diptych.engine.models.blip2;

import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionSite.Kind;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.T5Facts;

/// Where BLIP-2 attends: each of the passes that [Blip2Model#forward] runs.
record Blip2Sites(Blip2Config config) {
    Axis.Patches patches() {
        return new Axis.Patches(config.vision().grid(), config.vision().grid(), 1);
    }

    List<AttentionSite> of(Encoded sample) {
        List<AttentionSite> sites = new ArrayList<>();
        if (sample.height() == 0) {
            return sites;
        }
        Axis patches = patches();
        Axis queries = new Axis.Queries(config.former().queries());
        sites.add(new AttentionSite(EvaTower.STREAM, Kind.SELF, config.vision().layers(), config.vision().heads(),
                patches, patches, false, 0));
        sites.add(former(QFormer.QUERIES, queries, queries, false, -1));
        sites.add(looks(QFormer.QUERIES, queries));
        if (sample.tokens().isEmpty() && config.language().isEmpty()) {
            return sites;
        }
        Axis text = new Axis.Text(sample.tokens().map(Tokens::size).orElse(1)); // without a text the language model's first token
        Axis both = new Axis.Joined(List.of(queries, text));
        if (config.language().isPresent()) {
            switch (config.language().get()) {
                case Blip2Config.Opt opt -> sites.add(new AttentionSite(OptLanguage.STREAM, Kind.SELF, opt.layers(),
                        opt.heads(), both, both, true, both.size() - 1));
                case Blip2Config.T5 t5 -> sites.addAll(reading(t5.tower(), both));
            }
            return sites;
        }
        if (config.embed() > 0) {
            sites.add(former(QFormer.WORDS, text, text, false, 0));
        }
        if (config.parts().match()) {
            sites.add(former(QFormer.TOGETHER, both, both, false, -1));
            sites.add(looks(QFormer.TOGETHER, queries));
        }
        if (config.parts().writes()) {
            sites.add(former(QFormer.WRITTEN, text, both, true, -1));
        }
        return sites;
    }

    /// The encoder reads all, and the decoder's first place, which no word stands at, looks at what it read.
    private static List<AttentionSite> reading(T5Facts facts, Axis both) {
        Axis first = new Axis.Text(1);
        return List.of(
                new AttentionSite(T5Language.READS, Kind.SELF, facts.encoder(), facts.heads(), both, both, false, -1),
                new AttentionSite(T5Language.WRITES, Kind.SELF, facts.decoder(), facts.heads(), first, first, true, -1),
                new AttentionSite(T5Language.WRITES + Encoder.CROSS, Kind.CROSS, facts.decoder(), facts.heads(),
                        first, both, false, -1));
    }

    private AttentionSite former(String name, Axis query, Axis key, boolean causal, int summary) {
        return new AttentionSite(name, Kind.SELF, config.former().layers(), config.former().heads(), query, key,
                causal, summary);
    }

    private AttentionSite looks(String name, Axis queries) {
        int every = config.former().every();
        int layers = (config.former().layers() + every - 1) / every;
        return new AttentionSite(name + Encoder.CROSS, Kind.CROSS, layers, config.former().heads(), queries,
                patches(), false, -1).at(0, every);
    }
}
