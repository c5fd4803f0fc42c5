package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.data.regions.Blank;
import org.diptych.engine.data.toybox.Question;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.evaluate.Sheet.Tally;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RanksAnswers;
import org.diptych.engine.model.VisionLanguageModel;

/// Questions about the scene, answered from a closed list; all together and form by form.
final class Answered implements Suite {
    private final Tally all = new Tally();
    private final Map<String, Tally> forms = new TreeMap<>();

    @Override
    public boolean fits(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.ANSWERS) && model instanceof Answers && Blank.sees(model);
    }

    @Override
    public void scene(Case scene) throws EngineException {
        List<Question> questions = Toybox.questions(scene.seed(), scene.world(), Case.LANGUAGE);
        List<Encoded> encoded = new ArrayList<>();
        for (Question question : questions) {
            encoded.add(scene.model().encode(scene.shown(Optional.of(question.text()))));
        }
        if (encoded.isEmpty()) {
            return;
        }
        Answers model = (Answers) scene.model();
        List<String> names = model.answers().isEmpty() ? Toybox.answers(Case.LANGUAGE) : model.answers();
        Inputs inputs = scene.model().batch(encoded, scene.scope());
        try (NDArray logits = model instanceof RanksAnswers ranks
                ? ranks.answerScores(Pass.INFER, inputs, names)
                : model.answerLogits(Pass.INFER, inputs)) {
            for (int i = 0; i < questions.size(); i++) {
                int best = MatrixMath.peak(logits.get(i).toFloatArray());
                boolean right = best < names.size() && names.get(best).equals(questions.get(i).answer());
                all.add(right);
                forms.computeIfAbsent(questions.get(i).form(), _ -> new Tally()).add(right);
            }
        }
    }

    @Override
    public void marks(Sheet sheet) {
        sheet.add("toybox.answers", all);
        forms.forEach((form, tally) -> sheet.add("toybox.answers." + form, tally));
    }
}
