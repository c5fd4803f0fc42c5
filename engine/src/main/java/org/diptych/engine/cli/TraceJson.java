package org.diptych.engine.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RelevanceResult;

/// What `look` found, for a machine: tokens, axes, attention and relevance as numbers.
final class TraceJson {
    /// Heads are written as long as all of a site's fit; the head mean always is.
    private static final long MOST_FLOATS = 4_000_000;

    private TraceJson() {
    }

    /// @param words     the words asked about, empty for all
    /// @param relevance method -> what it found
    static String of(LoadedModel model, String text, InspectResult seen, String words,
            Map<String, RelevanceResult> relevance) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", model.title());
        json.put("family", model.card().id());
        json.put("origin", model.origin());
        json.put("text", text);
        json.put("truncated", seen.tokens().truncated());
        json.put("tokens", seen.tokens().tokens());
        json.put("view", seen.view());
        json.put("scores", seen.scores());
        json.put("answers", seen.answers());
        json.put("fills", seen.fills());
        json.put("next", seen.next());
        seen.regions().ifPresent(r -> json.put("boxes", r.boxes()));
        json.put("words", words);
        Map<String, Object> methods = new LinkedHashMap<>();
        relevance.forEach((method, found) -> methods.put(method, relevance(found)));
        json.put("relevance", methods);
        if (!seen.ways().isEmpty()) {
            json.put("ways", seen.ways());
        }
        json.put("sites", seen.trace().sites().stream().map(TraceJson::site).toList());
        return Console.text(json);
    }

    private static Map<String, Object> relevance(RelevanceResult found) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("score", found.score());
        json.put("grid", axis(found.picture()));
        json.put("patches", found.values());
        json.put("read", found.read().tokens());
        json.put("tokens", found.tokens());
        return json;
    }

    private static Map<String, Object> site(AttentionTrace.SiteTrace trace) {
        AttentionSite site = trace.site();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", site.name());
        json.put("kind", site.kind().name().toLowerCase(Locale.ROOT));
        json.put("layers", site.layers());
        json.put("heads", site.heads());
        json.put("causal", site.causal());
        json.put("summary", site.summary());
        json.put("query", axis(site.query()));
        json.put("key", axis(site.key()));
        if (!site.experts().isEmpty()) {
            json.put("experts", site.experts());
        }
        json.put("head_mean", trace.mean());
        long floats = (long) site.layers() * site.heads() * site.query().size() * site.key().size();
        if (floats <= MOST_FLOATS) {
            json.put("by_head", trace.byHead());
        }
        return json;
    }

    private static Map<String, Object> axis(Axis axis) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("size", axis.size());
        switch (axis) {
            case Axis.Text text -> json.putAll(Map.of("kind", "text", "first", text.first()));
            case Axis.Queries queries -> json.put("kind", "queries");
            case Axis.Patches patches -> json.putAll(Map.of("kind", "patches", "rows", patches.rows(), "cols",
                    patches.cols(), "prefix", patches.prefix()));
            case Axis.Boxes boxes -> json.putAll(Map.of("kind", "boxes", "prefix", boxes.prefix()));
            case Axis.Joined joined -> {
                List<Map<String, Object>> parts = joined.parts().stream().map(TraceJson::axis).toList();
                json.putAll(Map.of("kind", "joined", "parts", parts));
            }
        }
        return json;
    }
}
