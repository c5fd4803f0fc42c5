package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;

/// A copy that follows its model, the queue of its features, and what the objectives of one batch share so that it is computed once. It forgets with every step what the step moved.
///
/// @param <S> what is shared
public final class Following<S> {
    public static final String PICTURES = "image_queue";
    public static final String TEXTS = "text_queue";
    public static final String POINTER = "queue_ptr";

    /// @param batch a tensor of the batch, by which it is known again
    private record Shared<T>(NDArray batch, Pass pass, T value) {
    }

    private final Map<String, Weight> online;
    private final Map<String, Weight> copy;
    private final Optional<FeatureQueue> queue;
    private final double keep;
    private Optional<Shared<S>> shared = Optional.empty();
    private Optional<Follower> followed = Optional.empty();

    /// @param online the model's weights by name
    /// @param copy   the copy's, under names with `_m`; none without a copy
    /// @param keep   share of itself that the copy keeps at a step
    public Following(Map<String, Weight> online, Map<String, Weight> copy, Optional<FeatureQueue> queue, double keep) {
        this.online = online;
        this.copy = copy;
        this.queue = queue;
        this.keep = keep;
    }

    /// @return the copy's step behind the model
    public Follower follow(Pass pass, NDArray near) {
        Follower follower = new Follower(online, copy, keep, near);
        if (pass.training()) {
            followed = Optional.of(follower);
        }
        return follower;
    }

    /// @return what was computed for this batch in this pass, or is now
    public S once(NDArray batch, Pass pass, Supplier<S> first) {
        Optional<S> known = known(batch, pass);
        if (known.isEmpty()) {
            shared = Optional.of(new Shared<>(batch, pass, first.get()));
        }
        return known.orElseGet(() -> shared.orElseThrow().value());
    }

    /// @return what was computed for this batch in this pass
    public Optional<S> known(NDArray batch, Pass pass) {
        return shared.filter(s -> s.batch() == batch && s.pass() == pass).map(Shared::value);
    }

    /// @return names of the weights that no gradient moves
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>(copy.keySet());
        queue.ifPresent(_ -> names.addAll(List.of(PICTURES, TEXTS, POINTER)));
        return names;
    }

    /// What they become by the training step that was computed last; forgotten by this call.
    ///
    /// @param contrast of what was shared
    public Map<String, NDArray> after(Function<S, MomentumContrast> contrast) {
        Map<String, NDArray> out = new HashMap<>();
        followed.ifPresent(f -> copy.forEach((name, weight) -> out.put(name, f.moved().get(weight))));
        shared.filter(s -> s.pass().training()).map(s -> contrast.apply(s.value())).ifPresent(c -> {
            FeatureQueue.After after = queue.orElseThrow().after(c.copiedPicture(), c.copiedText());
            out.putAll(Map.of(PICTURES, after.pictures(), TEXTS, after.texts(), POINTER, after.pointer()));
        });
        followed = Optional.empty();
        shared = Optional.empty();
        return out;
    }
}
