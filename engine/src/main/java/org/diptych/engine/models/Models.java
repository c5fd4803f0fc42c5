package org.diptych.engine.models;

import java.util.List;
import java.util.Optional;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.models.albef.AlbefFamily;
import org.diptych.engine.models.beit3.Beit3Family;
import org.diptych.engine.models.blip.BlipFamily;
import org.diptych.engine.models.blip2.Blip2Family;
import org.diptych.engine.models.clip.ClipFamily;
import org.diptych.engine.models.llava.LlavaFamily;
import org.diptych.engine.models.lxmert.LxmertFamily;
import org.diptych.engine.models.roberta.RobertaFamily;
import org.diptych.engine.models.uniter.UniterFamily;
import org.diptych.engine.models.vilbert.VilbertFamily;
import org.diptych.engine.models.vilt.ViltFamily;
import org.diptych.engine.models.vlmo.VlmoFamily;

/// Every model that this version can load, oldest first. A new one adds its line here.
public final class Models {
    private static final List<Family> ALL = List.of(new RobertaFamily(), new VilbertFamily(), new LxmertFamily(),
            new UniterFamily(),
            new ClipFamily(),
            new ViltFamily(), new AlbefFamily(), new VlmoFamily(),
            new BlipFamily(), new Beit3Family(),
            new Blip2Family(), new LlavaFamily());

    private Models() {
    }

    public static List<Family> all() {
        return ALL;
    }

    /// @param id of its card
    /// @return nothing for a model that this version cannot load
    public static Optional<Family> named(String id) {
        return ALL.stream().filter(f -> f.id().equals(id)).findFirst();
    }
}
