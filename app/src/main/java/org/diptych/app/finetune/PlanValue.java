package org.diptych.app.finetune;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.diptych.engine.api.FineTunePlan;

/// One setting of a plan under the name that it has in the plan's file: `optimizer/weightDecay`. So the form's rows need no code of their own for each.
record PlanValue(String path) {
    Object of(FineTunePlan plan) {
        Object at = plan;
        for (String name : path.split("/")) {
            at = get(component((Record) at, name), (Record) at);
        }
        return at;
    }

    /// @return the same plan with another value here; a number is given as any kind of number
    FineTunePlan with(FineTunePlan plan, Object value) {
        return (FineTunePlan) with(plan, path, value);
    }

    private static Record with(Record of, String path, Object value) {
        String name = path.split("/")[0];
        RecordComponent changed = component(of, name);
        Object now = path.equals(name)
                ? fitting(changed.getType(), value)
                : with((Record) get(changed, of), path.substring(name.length() + 1), value);
        RecordComponent[] all = of.getClass().getRecordComponents();
        Object[] values = Arrays.stream(all).map(c -> c.getName().equals(name) ? now : get(c, of)).toArray();
        try {
            return (Record) of.getClass()
                    .getConstructor(Arrays.stream(all).map(RecordComponent::getType).toArray(Class<?>[]::new))
                    .newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // a record's constructor is public
        }
    }

    private static Object fitting(Class<?> type, Object value) {
        if (!(value instanceof Number number)) {
            return value;
        }
        return type == int.class
                ? (Object) (int) Math.round(number.doubleValue())
                : type == long.class ? (Object) Math.round(number.doubleValue()) : (Object) number.doubleValue();
    }

    private static RecordComponent component(Record of, String name) {
        return Arrays.stream(of.getClass().getRecordComponents()).filter(c -> c.getName().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name));
    }

    private static Object get(RecordComponent part, Record of) {
        try {
            return part.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e); // a record's accessors are public
        }
    }
}
