package org.diptych.engine.models.clip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.LearnsContrast;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.PatchText;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.Points;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.tower.ClipTower;

/// CLIP (Radford et al. 2021, arXiv 2103.00020): a picture tower and a text tower meet in one space, and only there.
final class ClipModel extends Module
        implements
            VisionLanguageModel,
            EncodesImage,
            EncodesText,
            ScoresPairs,
            PatchText,
            LearnsContrast,
            Traceable,
            Initialises {
    static final String VISION = "vision";

    private final JsonObject json;
    private final ClipConfig config;
    private final ClipReader reader;
    private final ClipText text;
    private final Optional<ClipTower> patches;
    private final Optional<ClipResNet> resNet;
    private final Linear textProjection;
    private final Optional<Linear> visualProjection;
    private final Weight scale;

    ClipModel(JsonObject json, ClipConfig config, ClipReader reader) {
        this.json = json;
        this.config = config;
        this.reader = reader;
        text = child("text_model", new ClipText(config.text()));
        textProjection = child("text_projection", new Linear(config.text().width(), config.projection(), false));
        switch (config.vision()) {
            case ClipConfig.Patches vision -> {
                patches = Optional.of(child("vision_model", new ClipTower(vision.tower(), VISION)));
                visualProjection = Optional
                        .of(child("visual_projection", new Linear(vision.width(), config.projection(), false)));
                resNet = Optional.empty();
            }
            case ClipConfig.ResNet vision -> {
                resNet = Optional.of(child("visual", new ClipResNet(vision, config.projection())));
                patches = Optional.empty();
                visualProjection = Optional.empty();
            }
        }
        scale = weight("logit_scale");
    }

    @Override
    public String family() {
        return "clip";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.ENCODES_IMAGE, Capability.ENCODES_TEXT, Capability.SCORES_PAIRS);
    }

    @Override
    public String config() {
        return json.toString();
    }

    @Override
    public Encoded encode(Sample sample) throws EngineException {
        return reader.encode(sample);
    }

    @Override
    public Inputs batch(List<Encoded> samples, NDManager manager) {
        Map<String, NDArray> tensors = new HashMap<>();
        if (samples.getFirst().tokens().isPresent()) {
            ids(samples, manager, tensors);
        }
        tensors.putAll(Stacked.pixels(samples, manager));
        return new Inputs(tensors, samples);
    }

    /// Padding repeats the end token, as Hugging Face does: its first place is still where a text is read, since `argmax` takes the first.
    private static void ids(List<Encoded> samples, NDManager manager, Map<String, NDArray> tensors) {
        int longest = samples.stream().mapToInt(s -> s.tokens().orElseThrow().size()).max().orElseThrow();
        long[] ids = new long[samples.size() * longest];
        for (int i = 0; i < samples.size(); i++) {
            Tokens tokens = samples.get(i).tokens().orElseThrow();
            for (int t = 0; t < longest; t++) {
                ids[i * longest + t] = tokens.tokens().get(Math.min(t, tokens.size() - 1)).id();
            }
        }
        tensors.put("input_ids", Staging.longs(manager, ids, new Shape(samples.size(), longest)));
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        if (inputs.has("pixel_values")) {
            encodeImage(pass, inputs);
        }
        if (inputs.has("input_ids")) {
            encodeText(pass, inputs);
        }
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        List<AttentionSite> sites = new ArrayList<>();
        if (sample.height() > 0) {
            sites.add(pictureSite());
        }
        sample.tokens().ifPresent(tokens -> {
            Axis words = new Axis.Text(tokens.size());
            sites.add(new AttentionSite(ClipText.STREAM, AttentionSite.Kind.SELF, config.text().layers(),
                    config.text().heads(), words, words, true,
                    tokens.size() - 1));
        });
        return sites;
    }

    private AttentionSite pictureSite() {
        return switch (config.vision()) {
            case ClipConfig.Patches v -> {
                Axis grid = new Axis.Patches(v.grid(), v.grid(), 1);
                yield new AttentionSite(VISION, AttentionSite.Kind.SELF, v.layers(), v.heads(), grid, grid,
                        false, 0);
            }
            case ClipConfig.ResNet v ->
                new AttentionSite(ClipResNet.POOL, AttentionSite.Kind.CROSS, 1, v.heads(), new Axis.Queries(1),
                        new Axis.Patches(v.image() / 32, v.image() / 32, 1), false, 0);
        };
    }

    @Override
    public Optional<Axis.Patches> patches() {
        return switch (config.vision()) {
            case ClipConfig.Patches v -> Optional.of(new Axis.Patches(v.grid(), v.grid(), 1));
            case ClipConfig.ResNet v -> Optional.of(new Axis.Patches(v.image() / 32, v.image() / 32, 1));
        };
    }

    @Override
    public List<RelevanceMethod> methods() {
        return patches.isPresent()
                ? List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.ROLLOUT,
                        RelevanceMethod.RAW, RelevanceMethod.PATCH_TEXT,
                        RelevanceMethod.OCCLUSION)
                : List.of(RelevanceMethod.OCCLUSION);
    }

    @Override
    public int imageSize() {
        return config.vision().image();
    }

    @Override
    public int textLength() {
        return config.text().positions();
    }

    private NDArray imageFeatures(Pass pass, NDArray pixels) {
        NDArray features = patches.isPresent()
                ? visualProjection.orElseThrow().apply(patches.get().pooled(pass, patches.get().states(pass, pixels)))
                : resNet.orElseThrow().apply(pass, pixels);
        pass.probe().value("image_features_unnormalised", features);
        return features;
    }

    private NDArray textFeatures(Pass pass, NDArray ids, Optional<NDArray> attended) {
        NDArray features = textProjection.apply(text.apply(pass, ids, attended));
        pass.probe().value("text_features_unnormalised", features);
        return features;
    }

    private static NDArray unit(NDArray x) {
        return x.div(x.norm(new int[]{-1}, true));
    }

    @Override
    public NDArray encodeImage(Pass pass, Inputs inputs) {
        pass.probe().phase(Phase.PICTURE);
        NDArray embeds = unit(imageFeatures(pass, inputs.get("pixel_values")));
        pass.probe().value("image_embeds", embeds);
        return embeds;
    }

    @Override
    public NDArray encodeText(Pass pass, Inputs inputs) {
        return encodeText(pass, inputs.get("input_ids"), Optional.empty());
    }

    private NDArray encodeText(Pass pass, NDArray ids, Optional<NDArray> attended) {
        pass.probe().phase(Phase.TEXT);
        NDArray embeds = unit(textFeatures(pass, ids, attended));
        pass.probe().value("text_embeds", embeds);
        return embeds;
    }

    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return similarity(pass, images, texts);
    }

    @Override
    public double scale() {
        return Math.exp(scale.get().toFloatArray()[0]);
    }

    @Override
    public boolean probability() {
        return false;
    }

    @Override
    public Weight logScale() {
        return scale;
    }

    @Override
    public NDArray patchText(Pass pass, Inputs inputs) {
        NDArray states = patches.orElseThrow().states(pass, inputs.get("pixel_values"));
        NDArray rows = unit(visualProjection.orElseThrow().apply(patches.orElseThrow().patchStates(states))); // (B, N, P)
        NDArray words = encodeText(pass, inputs).expandDims(2); // (B, P, 1)
        return rows.matMul(words).squeeze(2);
    }

    private NDArray scaled(NDArray logits) {
        return logits.mul(logits.getManager().create(1f).mul(scale.get()).exp());
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        pass(new Points(""), inputs, Optional.empty()).forEach(out::put);
        if (inputs.containsKey("attention_mask")) {
            out.putAll(pass(new Points("masked."), inputs, Optional.of(inputs.get("attention_mask"))));
        }
        if (inputs.containsKey("zeroshot_input_ids")) {
            zeroShot(inputs, out.get("image_embeds"), out);
        }
        // The original code reports its features before they are brought to unit length, under names of its own.
        for (String origin : List.of("openai.", "")) {
            out.put(origin + "image_features", out.get("image_features_unnormalised"));
            out.put(origin + "text_features", out.get("text_features_unnormalised"));
        }
        out.put("openai.logits_per_image", out.get("logits_per_image"));
        out.put("openai.logits_per_text", out.get("logits_per_text"));
        return out;
    }

    private Map<String, NDArray> pass(Points points, Map<String, NDArray> inputs, Optional<NDArray> attended) {
        Pass pass = Pass.listening(points);
        NDArray images = encodeImage(pass, new Inputs(inputs, List.of()));
        NDArray texts = encodeText(pass, inputs.get("input_ids"), attended);
        NDArray logits = scaled(images.matMul(texts.transpose()));
        points.value("logits_per_image", logits);
        points.value("logits_per_text", logits.transpose());
        return points.heard();
    }

    /// Zero-shot classification as in the original's notebook: each class is the mean of its templates' unit vectors, brought to unit length; logits are 100 times
    /// the cosine whatever the learned scale. Rows of `zeroshot_input_ids` go class by class; `zeroshot_classes` says how many classes, else two templates each.
    private void zeroShot(Map<String, NDArray> inputs, NDArray images, Map<String, NDArray> out) {
        NDArray ids = inputs.get("zeroshot_input_ids");
        long rows = ids.getShape().get(0);
        long classes = inputs.containsKey("zeroshot_classes")
                ? inputs.get("zeroshot_classes").toLongArray()[0]
                : rows / 2;
        NDArray each = unit(textFeatures(Pass.READABLE, ids, Optional.empty()));
        NDArray mean = unit(each.reshape(classes, rows / classes, config.projection()).mean(new int[]{1}));
        NDArray logits = images.matMul(mean.transpose()).mul(100);
        out.put("zeroshot_class_embeds", mean);
        out.put("zeroshot_logits", logits);
        out.put("zeroshot_probs", logits.softmax(-1));
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        NDArray images = encodeImage(Pass.READABLE, new Inputs(inputs, List.of()));
        NDArray logits = scaled(
                images.matMul(encodeText(Pass.READABLE, inputs.get("input_ids"), Optional.empty()).transpose()));
        NDArray rows = diagonal(logits);
        NDArray columns = diagonal(logits.transpose());
        out.put("infonce", Scalars.over(rows.add(columns), 2));
        out.put("image_to_text", rows);
        out.put("text_to_image", columns);
        out.put("logit_scale_exp", logits.getManager().create(1f).mul(scale.get()).exp());
        if (inputs.containsKey("attention_mask")) {
            NDArray texts = encodeText(Pass.READABLE, inputs.get("input_ids"),
                    Optional.of(inputs.get("attention_mask")));
            NDArray masked = scaled(images.matMul(texts.transpose()));
            out.put("infonce_with_attention_mask", Scalars.over(diagonal(masked).add(diagonal(masked.transpose())), 2));
        }
        return out;
    }

    /// @return mean cross-entropy of each row with its own number as the target
    private static NDArray diagonal(NDArray logits) {
        NDArray own = logits.getManager().eye((int) logits.getShape().get(0));
        return Scalars.over(logits.logSoftmax(-1).mul(own).sum().neg(), logits.getShape().get(0));
    }

    @Override
    public void initialise(NDManager scope, long seed) {
        ClipInit.fill(module().weights(), config, scope, seed);
    }
}
