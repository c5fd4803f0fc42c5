package org.diptych.app.finetune;

import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.ModelCard;

/// Something a run can begin from.
///
/// @param card   its family
/// @param model  the loaded model, empty: weights drawn at random
/// @param layers names of the parts that a plan may train or freeze
/// @param why    key of the reason why it cannot be taught, empty when it can
record Start(ModelCard card, Optional<LoadedModel> model, List<String> layers, Optional<String> why) {
    boolean fresh() {
        return model.isEmpty();
    }

    /// @return true for the same choice after the list was made anew
    boolean same(Start other) {
        return card.id().equals(other.card.id())
                && model.map(LoadedModel::handle).equals(other.model.map(LoadedModel::handle));
    }

    /// @return the first parts of names that hold numbered layers: `vision_model`, `text_model`
    List<String> towers() {
        return layers.stream().filter(l -> !l.contains(".") && layers.stream().anyMatch(m -> m.startsWith(l + ".")))
                .toList();
    }

    /// @return what stands outside of the towers: projections and the temperature
    List<String> outside() {
        return layers.stream().filter(l -> !l.contains(".") && !towers().contains(l)).toList();
    }

    private List<String> tower(boolean picture) {
        return towers().stream().filter(t -> t.matches("(vis|image).*") == picture).toList();
    }

    /// @return prefixes of what learns, empty where this model has no such part; parts that are named stand elsewhere
    Optional<List<String>> parts(TeachModel.Trains trains) {
        return switch (trains) {
            case ALL, NAMED -> Optional.of(List.of());
            case VISION -> with(tower(true));
            case TEXT -> with(tower(false));
            case PROJECTION -> Optional.of(outside()).filter(o -> !o.isEmpty());
            case LAST -> with(towers().stream().map(t -> layers.stream().filter(l -> l.startsWith(t + "."))
                    .reduce((a, b) -> b).orElseThrow()).toList());
        };
    }

    private Optional<List<String>> with(List<String> some) {
        return some.isEmpty()
                ? Optional.empty()
                : Optional.of(java.util.stream.Stream.concat(outside().stream(), some.stream()).toList());
    }
}
