package org.diptych.engine.data.instruct;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.InstructRequest.Prompt;
import org.diptych.engine.api.InstructResult;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.data.InstructDataset;
import org.diptych.engine.data.InstructJson;
import org.diptych.engine.work.JobContext;

/// Makes conversations of captions and boxes, and writes them in LLaVA's form.
public final class Instructing {
    /// So many answers one behind the other that cannot be used are no accident.
    private static final int PATIENCE = 5;

    private final InstructRequest request;
    private final JobContext context;
    private final Sights sights;
    private final Recipe recipe;
    private final JsonArray made = new JsonArray();
    private int unusable;
    private int inARow;
    private Optional<EngineException> trouble = Optional.empty();

    private Instructing(InstructRequest request, Sights sights, JobContext context) throws EngineException {
        for (String form : request.forms()) {
            if (!InstructRequest.FORMS.contains(form)) {
                throw new EngineException("data.toybox", "--forms", form, String.join(", ", InstructRequest.FORMS));
            }
        }
        this.request = request;
        this.context = context;
        this.sights = sights;
        recipe = new Recipe(request.language(), request.seed());
    }

    /// @return what would be sent to a language model for the first `request.count()` pictures; nothing is sent
    public static List<Prompt> prompts(InstructRequest request, JobContext context) throws EngineException {
        return new Instructing(request, Sights.of(request, context), context).prompts();
    }

    /// @param rows of a set that was read, which stand for the request's data
    /// @return what would be sent to a language model for their first `request.count()` pictures; nothing is sent
    public static List<Prompt> prompts(InstructRequest request, List<DataRow> rows, JobContext context)
            throws EngineException {
        return new Instructing(request, Sights.of(request, rows), context).prompts();
    }

    private List<Prompt> prompts() throws EngineException {
        List<Prompt> out = new ArrayList<>();
        for (int i = 0; i < sights.size(); i++) {
            context.checkCancelled();
            Sight sight = sights.sight(i);
            request.forms().forEach(form -> out.add(recipe.prompt(sight, form)));
        }
        return out;
    }

    /// Answers that are not of the form that was asked for are left out and counted. What a language model wrote before it failed, or before the work was cancelled, is kept.
    ///
    /// @throws EngineException when the data cannot be read, a folder's pictures have nobody to write about them, or a language model does not answer
    public static InstructResult run(InstructRequest request, JobContext context) throws EngineException {
        Instructing work = new Instructing(request, Sights.of(request, context), context);
        if (request.writer().isEmpty() && !request.data().equals(InstructRequest.TOYBOX)) {
            throw new EngineException("data.instruct.writer", request.data());
        }
        if (request.writer().isEmpty()) {
            work.all(Optional.empty());
        } else {
            try (Chat chat = new Chat(request.writer().get())) {
                work.all(Optional.of(chat));
            }
        }
        return new InstructResult(work.file(), work.made.size(), work.unusable,
                work.trouble.map(e -> Message.of(e.key() + ".why", e.args())));
    }

    private Path file() {
        return request.out().resolve(InstructDataset.NAME);
    }

    private void all(Optional<Chat> chat) throws EngineException {
        try {
            for (int i = 0; i < sights.size(); i++) {
                Sight sight = sights.sight(i);
                int before = made.size();
                for (String form : request.forms()) {
                    context.checkCancelled();
                    conversation(sight, form, chat)
                            .ifPresent(c -> made.add(InstructJson.of(sight.id(), sight.image(), c)));
                }
                if (made.size() > before) {
                    sights.place(i, request.out());
                }
                context.progress(Message.of("data.job.instruct"), i + 1, sights.size());
            }
            if (made.isEmpty() && trouble.isPresent()) {
                throw trouble.get();
            }
        } finally {
            if (!made.isEmpty()) {
                SafeFile.write(file(),
                        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(made) + "\n");
            }
        }
    }

    private Optional<Conversation> conversation(Sight sight, String form, Optional<Chat> chat)
            throws EngineException {
        if (chat.isEmpty()) {
            return Optional.of(Recipe.known(sight, form));
        }
        String answer = chat.get().answer(recipe.prompt(sight, form), context);
        try {
            Conversation read = recipe.read(sight, form, answer);
            inARow = 0;
            return Optional.of(read);
        } catch (EngineException e) {
            trouble = Optional.of(e);
            unusable++;
            inARow++;
            if (inARow == PATIENCE) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
