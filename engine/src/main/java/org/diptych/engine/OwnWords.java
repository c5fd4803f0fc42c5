package org.diptych.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.data.CaptionWords;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.OpenedSet;
import org.diptych.engine.train.FreshFiles;

/// What a fresh model is given for a person's own set: words beside those that it has anyway, and regions as wide as the set's.
final class OwnWords {
    /// Each costs the model a row of numbers, so of a large set's words only the most frequent have one.
    private static final int MOST = 4000;
    /// Files of captions lie in a set's folder, or in one within.
    private static final int DEPTH = 2;

    /// @param known words that the model has anyway
    /// @param newest when the last of the set's files was written, in milliseconds
    /// @param regions that the set's pictures are read with
    private record Read(String source, List<String> known, long newest, List<String> words,
            Optional<RegionFacts> regions) {
        static Read of(FineTunePlan plan, long newest) throws EngineException {
            OpenedSet set = DataSets.open(Path.of(plan.data().source()), _ -> {
            });
            List<String> known = FreshFiles.words(plan);
            return new Read(plan.data().source(), known, newest, CaptionWords.of(set.rows(), known, MOST),
                    set.report().taken());
        }
    }

    private Optional<Read> last = Optional.empty();

    /// @return none for a plan whose model has its words already
    /// @throws EngineException when the set cannot be read
    static List<String> of(FineTunePlan plan) throws EngineException {
        return FreshFiles.learnsWords(plan) ? Read.of(plan, 0).words : List.of();
    }

    /// The same for whoever only looks at a plan, which happens at every change that a person makes to it: the last set is read again when a file of its folder has changed.
    synchronized List<String> looked(FineTunePlan plan) throws EngineException {
        return FreshFiles.learnsWords(plan) ? last(plan).words : List.of();
    }

    /// @return the plan for a model that reads the regions of its data
    /// @throws EngineException when the set cannot be read
    synchronized FineTunePlan fitted(FineTunePlan plan) throws EngineException {
        Optional<RegionFacts> regions = FreshFiles.learnsWords(plan) && FreshFiles.readsRegions(plan)
                ? last(plan).regions
                : Optional.empty();
        return regions.map(facts -> FreshFiles.reading(plan, facts)).orElse(plan);
    }

    private Read last(FineTunePlan plan) throws EngineException {
        String source = plan.data().source();
        List<String> known = FreshFiles.words(plan);
        long newest = newest(Path.of(source));
        if (last.filter(r -> r.source.equals(source) && r.known.equals(known) && r.newest == newest).isEmpty()) {
            last = Optional.of(Read.of(plan, newest));
        }
        return last.get();
    }

    private static long newest(Path source) throws EngineException {
        try (Stream<Path> files = Files.walk(source, DEPTH)) {
            return files.filter(f -> f.toString().matches(".*\\.(jsonl?|csv|tsv|np[yz])"))
                    .mapToLong(f -> f.toFile().lastModified()).max().orElse(0);
        } catch (IOException | UncheckedIOException e) {
            throw new EngineException(e, "data.unreadable", source, String.valueOf(e.getMessage()));
        }
    }
}
