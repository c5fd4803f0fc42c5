package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diptych.app.fx.I18n;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.api.Task;

/// Holds a set of a person's own against the model that is to learn from it: objectives that the set has nothing for are left out until another set has, and what else is in the way is told before the start.
final class SetFit {
    private final I18n i18n;
    private final TeachModel model;
    private final Supplier<List<Task>> offered;
    /// Objectives that were taken away for the set's sake.
    private List<Task> without = List.of();

    /// @param offered what the chosen model can be taught
    SetFit(AppContext context, TeachModel model, Supplier<List<Task>> offered) {
        i18n = context.i18n();
        this.model = model;
        this.offered = offered;
        model.folder.subscribe(chosen -> {
            if (!model.set.get().map(SetReport::source).equals(chosen)) {
                model.set.set(Optional.empty());
                chosen.ifPresent(set -> context.jobs().run(context.engine().sets().describe(set), report -> {
                    if (model.folder.get().equals(chosen)) {
                        model.set.set(Optional.of(report));
                    }
                }, error -> {
                    // the start tells what is wrong with the set
                }));
            }
        });
        model.set.subscribe(s -> fit());
    }

    /// Called when the objectives are those of another model.
    void begin() {
        without = List.of();
        fit();
    }

    /// Takes away what the set has nothing for, and brings back what was taken away for another one. A plan that was given keeps what it asks for.
    private void fit() {
        if (model.given.get()) {
            return;
        }
        List<Task> before = model.objectives.get();
        List<Task> wanted = Stream.concat(before.stream(), without.stream()).distinct().toList();
        List<Task> now = new ArrayList<>(wanted.stream().filter(t -> lacks(t).isEmpty()).toList());
        if (now.isEmpty()) {
            offered.get().stream().filter(t -> lacks(t).isEmpty()).findFirst().ifPresent(now::add);
        }
        if (now.isEmpty()) {
            return; // the reason stands beside the start
        }
        without = wanted.stream().filter(t -> lacks(t).isPresent()).toList();
        if (!now.equals(before)) {
            model.objectives.set(List.copyOf(now));
        }
    }

    private Optional<Message> lacks(Task task) {
        return model.lacks(task);
    }

    /// @return what of the offered objectives the set has nothing for, and why; empty where it has something for all
    String lacking() {
        return told(offered.get());
    }

    private String told(List<Task> tasks) {
        Map<Message, List<String>> reasons = new LinkedHashMap<>();
        for (Task task : tasks) {
            lacks(task).ifPresent(why -> reasons.computeIfAbsent(why, w -> new ArrayList<>())
                    .add(i18n.get("finetune.task." + task.plan())));
        }
        return reasons.entrySet().stream()
                .map(e -> i18n.get("finetune.lacking", String.join(i18n.get("finetune.lacking.and"), e.getValue()),
                        i18n.get(e.getKey().key())))
                .collect(Collectors.joining("\n"));
    }

    /// @return what region features the set's pictures come with; empty where they come with none
    String regions() {
        return model.set.get().flatMap(SetReport::regions).map(r -> i18n.texts().get(r.told()))
                .map(told -> i18n.get("sets.regions", told)).orElse("");
    }

    /// @return why no run can begin from this set
    Optional<String> why() {
        Optional<Start> from = model.start.get();
        if (from.isEmpty() || model.set.get().isEmpty()) {
            return Optional.empty();
        }
        String title = from.get().card().title();
        if (readsRegions(from.get())) {
            Optional<RegionFacts> facts = model.set.get().get().taken();
            if (facts.isEmpty()) {
                return Optional.of(i18n.get("finetune.why.regions", title));
            }
            int set = facts.get().width();
            int reads = from.get().model().map(LoadedModel::regionWidth).orElse(set);
            if (reads != set) {
                return Optional.of(i18n.get("finetune.why.width", title, reads, set));
            }
        }
        List<Task> staged = model.course().stream().flatMap(s -> s.objectives().keySet().stream()).distinct()
                .flatMap(name -> Task.named(name).stream()).toList();
        List<Task> asked = staged.isEmpty() ? model.objectives.get() : staged;
        return Optional.of(told(asked)).filter(text -> !text.isEmpty());
    }

    private static boolean readsRegions(Start from) {
        return from.model().map(m -> m.regionWidth() > 0).orElse(
                from.card().flow().stream().anyMatch(b -> b.kind() == ModelCard.Block.Kind.REGIONS));
    }
}
