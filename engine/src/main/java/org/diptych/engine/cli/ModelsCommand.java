package org.diptych.engine.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych models`: the twelve families and what is there of them.
@Command(name = "models")
final class ModelsCommand extends EngineCommand {
    @Option(names = "--json")
    private boolean json;

    ModelsCommand(Console console) {
        super(console);
    }

    @Override
    void run() throws EngineException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (ModelCard card : Engine.cards()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", card.id());
            row.put("title", card.title());
            row.put("year", card.year());
            row.put("idea", card.idea().in(console.texts().locale()));
            row.put("loads", Engine.canLoad(card.id()));
            row.put("bundled", Engine.ships(card.id()));
            rows.add(row);
        }
        if (json) {
            console.json(rows);
            return;
        }
        for (Map<String, Object> row : rows) {
            String state = console.texts()
                    .get((Boolean) row.get("bundled")
                            ? "cli.models.bundled"
                            : (Boolean) row.get("loads") ? "cli.models.loads" : "cli.models.later");
            console.line(String.format("%-8s  %-8s  %s  %-12s  %s", row.get("id"), row.get("title"), row.get("year"),
                    state, row.get("idea")));
        }
    }
}
