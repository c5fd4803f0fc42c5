package org.diptych.app.runs;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.diptych.engine.api.FineTunePlan;

/// Plans side by side.
final class PlanSettings {
    private PlanSettings() {
    }

    /// @return the plan, flat and in the order of its file: `optimizer.rate` -> `0.001`
    static Map<String, String> of(FineTunePlan plan) {
        Map<String, String> out = new LinkedHashMap<>();
        put(out, "", plan);
        return out;
    }

    private static void put(Map<String, String> out, String key, Object value) {
        String prefix = key.isEmpty() ? "" : key + ".";
        switch (value) {
            case Record settings -> {
                for (RecordComponent part : settings.getClass().getRecordComponents()) {
                    put(out, prefix + part.getName(), get(part, settings));
                }
            }
            case Map<?, ?> map -> map.forEach((name, inner) -> put(out, prefix + name, inner));
            case List<?> list -> out.put(key, list.stream().map(String::valueOf).collect(Collectors.joining(", ")));
            case Double number -> out.put(key, number(number));
            default -> out.put(key, value.toString());
        }
    }

    private static Object get(RecordComponent part, Record of) {
        try {
            return part.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // a record's accessors are public
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : String.valueOf((float) value);
    }

    /// @return names of settings that are not the same in all plans, with the value of each plan (`–` where it has none)
    static Map<String, List<String>> differences(List<FineTunePlan> plans) {
        List<Map<String, String>> all = plans.stream().map(PlanSettings::of).toList();
        Set<String> keys = new LinkedHashSet<>();
        all.forEach(s -> keys.addAll(s.keySet()));
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (String key : keys) {
            List<String> values = all.stream().map(s -> s.getOrDefault(key, "–")).toList();
            if (values.stream().distinct().count() > 1) {
                out.put(key, values);
            }
        }
        return out;
    }
}
