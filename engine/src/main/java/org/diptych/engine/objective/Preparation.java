package org.diptych.engine.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.More;
import org.diptych.engine.model.Instructs;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.ReadsTwo;
import org.diptych.engine.model.Taught;

/// How a task makes lessons of examples. Runs on ordinary threads.
interface Preparation {
    /// @throws EngineException when the examples lack what the task asks for
    List<Lesson> of(Drawn drawn) throws EngineException;

    /// One lesson, of one example.
    interface Single {
        Lesson of(Drawn drawn, int index, SplittableRandom dice) throws EngineException;
    }

    static Preparation each(Task task, Single single) {
        return drawn -> {
            SplittableRandom dice = drawn.dice(task);
            List<Lesson> out = new ArrayList<>();
            for (int i = 0; i < drawn.size(); i++) {
                out.add(single.of(drawn, i, dice));
            }
            return out;
        };
    }

    /// @param hard share of wrong partners that are wrong by one word
    /// @param two  true when texts are read in pairs of sentences
    static Preparation of(Task task, FineTunePlan.Lessons how, double hard, boolean two) {
        return switch (task) {
            case MASKED_WORDS -> new MaskedWords(how, two);
            case WORDS_ALONE -> new MaskedWords(how.with(false), two); // nothing else is there to be hidden
            case REGION_FEATURES, REGION_CLASSES, REGION_DISTRIBUTIONS, OBJECTS -> new MaskedRegions(task, how);
            // Alignment is learnt on the very pairs that are judged.
            case MATCHING, ALIGNMENT -> each(Task.MATCHING, (drawn, i, dice) -> pair(drawn, i, dice, hard));
            case RANKING -> each(task, Preparation::ranking);
            case ANSWERS -> each(task, Preparation::question);
            case PICTURE_PAIRS -> each(task, Preparation::compared);
            case CLASSES -> each(task, (drawn, i, _) -> Lesson.of(drawn.encoded().get(i),
                    drawn.examples().get(i).more().label().orElseThrow(() -> drawn.lacks(task, i))));
            case NEXT_SENTENCE -> each(task, Preparation::sentences);
            case CONTRAST -> each(task, (drawn, i, _) -> Lesson.of(drawn.encoded().get(i), -1));
            case WRITING, WRITING_ALONE -> each(task, Preparation::caption);
            case INSTRUCTIONS, INSTRUCTIONS_ALONE ->
                each(task, (drawn, i, dice) -> conversation(drawn, i, dice, task == Task.INSTRUCTIONS_ALONE));
            case MASKED_PATCHES, PATCHES_ALONE -> new MaskedPatches(task, how);
        };
    }

    /// Half of the pairs are left together; of the others the text becomes one that is wrong by a word, or another example's.
    private static Lesson pair(Drawn drawn, int i, SplittableRandom dice, double hard) throws EngineException {
        boolean together = dice.nextBoolean();
        boolean near = dice.nextDouble() < hard;
        int other = drawn.other(i, dice);
        int which = dice.nextInt(Integer.MAX_VALUE);
        double[] draws = {dice.nextDouble(), dice.nextDouble()};
        Encoded own = drawn.encoded().get(i);
        if (together) {
            return Lesson.of(own, 1).with(draws);
        }
        List<String> wrong = near ? drawn.examples().get(i).more().wrong() : List.of();
        Encoded shown = wrong.isEmpty()
                ? own.saying(drawn.encoded().get(other).tokens().orElseThrow())
                : own.saying(drawn.tokens(wrong.get(which % wrong.size())));
        return Lesson.of(shown, 0).with(draws);
    }

    /// The true pair, and the texts of others beside it.
    private static Lesson ranking(Drawn drawn, int i, SplittableRandom dice) {
        int rivals = ((Taught) drawn.model()).lessons().rivals();
        List<Encoded> others = new ArrayList<>();
        for (int k = 0; k < rivals; k++) {
            others.add(drawn.encoded().get(i)
                    .saying(drawn.encoded().get(drawn.other(i, dice)).tokens().orElseThrow()));
        }
        return Lesson.of(drawn.encoded().get(i), 0).beside(others);
    }

    private static Lesson question(Drawn drawn, int i, SplittableRandom dice) throws EngineException {
        int which = dice.nextInt(Integer.MAX_VALUE);
        List<More.Asked> questions = drawn.examples().get(i).more().questions();
        if (questions.isEmpty()) {
            throw drawn.lacks(Task.ANSWERS, i);
        }
        More.Asked asked = questions.get(which % questions.size());
        Encoded own = drawn.encoded().get(i);
        List<Encoded> said = new ArrayList<>();
        for (More.Answer answer : asked.answers()) {
            said.add(own.saying(drawn.tokens(answer.words())));
        }
        // A model that writes its answers reads their words, one that chooses among them their number.
        return Lesson.of(own.saying(drawn.tokens(asked.question())), asked.answer()).scored(asked.scores())
                .beside(said, asked.answers().stream().mapToDouble(More.Answer::share).toArray());
    }

    private static Lesson caption(Drawn drawn, int i, SplittableRandom dice) throws EngineException {
        double draw = dice.nextDouble();
        Optional<Instructs> instructs = ((Taught) drawn.model()).lessons().instructs();
        Encoded own = drawn.encoded().get(i);
        return (instructs.isPresent()
                ? instructs.get().captioned(own, drawn.examples().get(i).caption())
                : Lesson.of(own, -1)).with(draw);
    }

    /// One of an example's conversations; without the picture the caption is one text more to read.
    private static Lesson conversation(Drawn drawn, int i, SplittableRandom dice, boolean alone)
            throws EngineException {
        int which = dice.nextInt(Integer.MAX_VALUE);
        Task task = alone ? Task.INSTRUCTIONS_ALONE : Task.INSTRUCTIONS;
        List<Conversation> all = drawn.examples().get(i).more().conversations();
        if (all.isEmpty()) {
            throw drawn.lacks(task, i);
        }
        Instructs instructs = ((Taught) drawn.model()).lessons().instructs()
                .orElseThrow(() -> drawn.lacks(task, i));
        Encoded own = drawn.encoded().get(i);
        int chosen = which % (all.size() + (alone ? 1 : 0));
        if (chosen == all.size()) {
            return instructs.alone(own, drawn.examples().get(i).caption());
        }
        List<Conversation.Turn> turns = all.get(chosen).turns();
        return alone ? instructs.alone(own, turns) : instructs.answered(own, turns);
    }

    private static Lesson compared(Drawn drawn, int i, SplittableRandom dice) throws EngineException {
        More.Compared two = drawn.examples().get(i).more().compared()
                .orElseThrow(() -> drawn.lacks(Task.PICTURE_PAIRS, i));
        Encoded second = Drawn.encode(drawn.model(), two.second(), two.sentence(),
                Drawn.readsRegions(drawn.model()) ? two.regions() : Optional.empty());
        Encoded first = drawn.encoded().get(i).saying(second.tokens().orElseThrow());
        return Lesson.of(first, two.holds() ? 1 : 0).beside(List.of(second));
    }

    /// Half of the second sentences tell of the same picture, the others are another example's (Devlin et al. 2019, section 3.1).
    static Lesson sentences(Drawn drawn, int i, SplittableRandom dice) throws EngineException {
        boolean follows = dice.nextBoolean();
        int other = drawn.other(i, dice);
        String first = drawn.examples().get(i).caption();
        String second = follows
                ? drawn.examples().get(i).more().following().orElseThrow(() -> drawn.lacks(Task.NEXT_SENTENCE, i))
                : drawn.examples().get(other).caption();
        return Lesson.of(((ReadsTwo) drawn.model()).encodePair(first, second), follows ? 1 : 0);
    }
}
