package org.diptych.engine.pipeline;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.diptych.engine.api.CapFiltResult;
import org.diptych.engine.api.CapFiltWork;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.CaptionDecision.Source;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.data.FolderDataset;

/// What the decisions leave of a set, as a folder that training reads: `cleaned/captions.jsonl`, whose pictures stay where they are.
public final class CleanedSet {
    private static final String FOLDER = "cleaned";

    private final Path out;
    private Settings settings;
    private final Decisions decisions;

    private CleanedSet(Path out) throws EngineException {
        this.out = out.toAbsolutePath().normalize();
        settings = Settings.read(this.out);
        decisions = Decisions.in(this.out);
    }

    /// @return every decision that was taken so far
    /// @throws EngineException when no such work was begun there
    public static List<CaptionDecision> decisions(Path out) throws EngineException {
        return new CleanedSet(out).decisions.read();
    }

    /// @return what lies in the folder, to be looked at
    /// @throws EngineException when no such work was begun there, or its pairs are no longer there
    public static CapFiltWork work(Path out) throws EngineException {
        CleanedSet set = new CleanedSet(out);
        Settings s = set.settings;
        FolderDataset pairs = FolderDataset.whole(s.pairs());
        return new CapFiltWork(s.captioner(), s.filter(), s.pairs(), s.human(), s.topP(), s.least(), s.most(),
                s.threshold(), s.seed(), set.decisions.read(),
                IntStream.range(0, pairs.size()).mapToObj(pairs::image).toList(),
                IntStream.range(0, pairs.size()).filter(i -> !pairs.right(i)).boxed()
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /// Takes every decision anew from the filter's probabilities, and writes the set.
    ///
    /// @param out       folder of the work
    /// @param threshold least probability with which a caption is kept
    /// @param other     number of a decision that a person takes -> whether its caption is kept; all others are the filter's again
    /// @throws EngineException when there is no such decision, or no such work
    public static CapFiltResult decide(Path out, double threshold, Map<Integer, Boolean> other)
            throws EngineException {
        CleanedSet set = new CleanedSet(out);
        List<CaptionDecision> all = set.decisions.read();
        check(other, all);
        if (set.settings.threshold() != threshold) {
            set.settings = set.settings.withThreshold(threshold);
            set.settings.write(set.out);
        }
        return set.write(all.stream().map(d -> d.decided(threshold, Optional.ofNullable(other.get(d.number()))))
                .toList());
    }

    private static void check(Map<Integer, Boolean> other, List<CaptionDecision> all) throws EngineException {
        for (int number : other.keySet()) {
            if (number < 0 || number >= all.size()) {
                throw new EngineException("pipeline.number", number, all.size() - 1);
            }
        }
    }

    /// Writes the set anew, after some decisions were overruled.
    ///
    /// @param out   folder of the work
    /// @param other number of a decision -> whether its caption is kept
    /// @throws EngineException when there is no such decision, or no such work
    public static CapFiltResult overrule(Path out, Map<Integer, Boolean> other) throws EngineException {
        CleanedSet set = new CleanedSet(out);
        List<CaptionDecision> all = set.decisions.read();
        check(other, all);
        return set.write(all.stream()
                .map(d -> other.containsKey(d.number()) ? d.overruled(other.get(d.number())) : d).toList());
    }

    static CapFiltResult judge(Path out) throws EngineException {
        CleanedSet set = new CleanedSet(out);
        return set.write(set.decisions.read().stream().map(d -> d.judged(set.settings.threshold())).toList());
    }

    private CapFiltResult write(List<CaptionDecision> all) throws EngineException {
        decisions.write(all);
        FolderDataset pairs = FolderDataset.whole(settings.pairs());
        StringBuilder text = new StringBuilder();
        int wrong = 0;
        int wrongKept = 0;
        for (CaptionDecision decision : all) {
            boolean bad = decision.source() == Source.WEB && !pairs.right(decision.pair());
            wrong += bad ? 1 : 0;
            wrongKept += bad && decision.keep() ? 1 : 0;
            if (decision.keep()) {
                line(text, pairs.image(decision.pair()), decision.caption());
            }
        }
        int human = 0;
        Optional<Path> beyondDoubt = settings.human();
        if (beyondDoubt.isPresent()) {
            FolderDataset own = FolderDataset.whole(beyondDoubt.get());
            human = own.size();
            for (int i = 0; i < human; i++) {
                line(text, own.image(i), own.caption(i));
            }
        }
        Path cleaned = out.resolve(FOLDER);
        SafeFile.write(cleaned.resolve(Decisions.NAME), text.toString());
        int unreadable = pairs.size() - (int) all.stream().mapToInt(CaptionDecision::pair).distinct().count();
        return new CapFiltResult(decisions.file(), cleaned, count(all, Source.WEB, false),
                count(all, Source.WEB, true), count(all, Source.SYNTHETIC, false),
                count(all, Source.SYNTHETIC, true), (int) all.stream().filter(CaptionDecision::overruled).count(),
                unreadable, wrong, wrongKept, human);
    }

    private static int count(List<CaptionDecision> all, Source source, boolean kept) {
        return (int) all.stream().filter(d -> d.source() == source && (!kept || d.keep())).count();
    }

    private static void line(StringBuilder text, Path image, String caption) {
        JsonObject json = new JsonObject();
        json.addProperty("image", image.toAbsolutePath().normalize().toString());
        json.addProperty("caption", caption);
        text.append(json).append('\n');
    }
}
