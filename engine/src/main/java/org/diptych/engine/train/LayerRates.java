package org.diptych.engine.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Layer-wise decay of the learning rate (BEiT, Bao et al. 2022, appendix; the same numbering as in the published fine-tuning of BEiT and BEiT-3): what lies d layers below the heads learns at `decay^d` of the rate.
///
/// Where a weight lies is read from its name, for any model. A stack is what stands before the first number of a name whose last word is `layer`, `layers`, `block`, `blocks` or `resblocks`, alone or behind an
/// underscore (`encoder.layer`, `encoder.x_layers`, `blocks`). Of a stack of L layers, layer l from 0 learns at `decay^(L - l)`, so its last one at `decay`. Every stack is numbered for itself: two streams that a third
/// one joins each end at their own last layer. Outside all stacks, what a stack reads from (`embed` in a part of the name, as BEiT-3 has it, tokens that are learnt, T5's `shared` and CLIP's norm before the layers) learns at
/// `decay^(L + 1)` of the stack that shares the longest beginning of its name, of the deepest among equals. All else is a head: norms after the last layer, poolers, projections, the temperature.
final class LayerRates {
    private static final Pattern STACKED = Pattern
            .compile("((?:.*?\\.)?(?:\\w*_)?(?:layers?|(?:res)?blocks?))\\.(\\d+)\\..*");
    private static final Pattern BELOW = Pattern.compile(".*embed.*|(?:.*_)?tokens?|shared|pre_lay\\w*norm");

    private LayerRates() {
    }

    /// @param names of all weights of a model, whether they learn or not
    /// @param decay greater than 0, at most 1
    /// @return name -> factor of the rate, from 0 to 1
    static Map<String, Double> of(Set<String> names, double decay) {
        Map<String, Integer> depths = new LinkedHashMap<>();
        for (String name : names) {
            Matcher stacked = stacked(name);
            if (stacked.matches()) {
                depths.merge(stacked.group(1), Integer.parseInt(stacked.group(2)) + 1, Math::max);
            }
        }
        Map<String, Double> out = new LinkedHashMap<>();
        names.forEach(name -> out.put(name, Math.pow(decay, below(name, depths))));
        return out;
    }

    /// @return how many layers below the heads
    private static int below(String name, Map<String, Integer> depths) {
        Matcher stacked = stacked(name);
        if (stacked.matches()) {
            return depths.get(stacked.group(1)) - Integer.parseInt(stacked.group(2));
        }
        List<String> parts = List.of(name.split("\\."));
        if (depths.isEmpty() || parts.stream().noneMatch(part -> BELOW.matcher(part).matches())) {
            return 0;
        }
        int longest = -1;
        int deepest = 0;
        for (Map.Entry<String, Integer> stack : depths.entrySet()) {
            int shared = shared(parts, Arrays.asList(stack.getKey().split("\\.")));
            if (shared > longest || shared == longest && stack.getValue() > deepest) {
                longest = shared;
                deepest = stack.getValue();
            }
        }
        return deepest + 1;
    }

    private static Matcher stacked(String name) {
        return STACKED.matcher(name);
    }

    /// @return parts that both begin with
    private static int shared(List<String> one, List<String> other) {
        int count = 0;
        while (count < one.size() && count < other.size() && one.get(count).equals(other.get(count))) {
            count++;
        }
        return count;
    }
}
