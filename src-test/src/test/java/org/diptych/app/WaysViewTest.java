package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import javafx.event.Event;
import javafx.scene.Node;
import javafx.scene.control.ChoiceBox;
import javafx.scene.input.KeyCode;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Look inside with models that use their weights in several ways: what works on what, layer by layer.
@Tag("fx")
class WaysViewTest extends WindowTest {
    private void look(String family) throws Exception {
        LoadedModel model = engine.load(new LoadRequest(family)).result().toCompletableFuture().join();
        FxStage.call(() -> {
            window.models.add(model);
            window.models.selectedProperty().set(Optional.of(model));
            return null;
        });
        show("look");
    }

    private boolean shown() {
        Node strip = window.scene.lookup("#inspect-ways");
        return strip != null && strip.getParent().isVisible();
    }

    private List<Region> cells() {
        return ((Region) find("inspect-ways")).getChildrenUnmodifiable().stream()
                .filter(n -> n.getStyleClass().contains("way-cell")).map(Region.class::cast).toList();
    }

    private List<String> said() throws Exception {
        return FxStage.call(() -> cells().stream().map(Node::getAccessibleText).toList());
    }

    private List<String> marked() throws Exception {
        return FxStage.call(() -> cells().stream()
                .filter(c -> c.getPseudoClassStates().stream().anyMatch(s -> s.getPseudoClassName().equals("chosen")))
                .map(Node::getAccessibleText).toList());
    }

    private void click(int cell) throws Exception {
        FxStage.call(() -> {
            Node node = cells().get(cell);
            Event.fireEvent(node, new MouseEvent(MouseEvent.MOUSE_CLICKED, 4, 4, 4, 4, MouseButton.PRIMARY, 1, false,
                    false, false, false, true, false, false, true, false, true, null));
            return null;
        });
        FxStage.settle();
    }

    private String site() throws Exception {
        return FxStage.call(() -> String.valueOf(((ChoiceBox<?>) find("inspect-sites")).getValue()));
    }

    @Test
    void vlmoTellsTheExpertOfEachLayerAndInput() throws Exception {
        look("vlmo");
        FxStage.await("the experts", () -> shown() && cells().size() == 16);
        assertThat(said()).startsWith("layer 1, L-FFN: the expert for words").contains(
                "layer 1, V-FFN: the expert for pictures",
                "layer 4, VL-FFN: the expert for picture and words together");
        FxStage.await("the last layer first", () -> text("inspect-ways-now").equals(
                "Layer 4 of this map: words through VL-FFN, picture through VL-FFN."));
        click(1);
        assertThat(text("inspect-ways-now"))
                .isEqualTo("Layer 2 of this map: words through L-FFN, picture through V-FFN.");
        assertThat(marked()).containsExactly("layer 2, L-FFN: the expert for words",
                "layer 2, V-FFN: the expert for pictures");
        assertThat(text("inspect-map-caption")).contains("layer 2");
        key("inspect-ways", KeyCode.RIGHT);
        assertThat(text("inspect-ways-now")).startsWith("Layer 3");
        click(8); // the picture alone did not run: the layer is chosen, the map stays
        assertThat(site()).isEqualTo("joined");
        assertThat(text("inspect-ways-now")).startsWith("Layer 1");
        window.shootAll("look-experts");
    }

    @Test
    void beit3TellsItsTwoWaysAndAModelOfOneWayTellsNone() throws Exception {
        look("beit3");
        FxStage.await("the experts", () -> shown() && cells().size() == 16);
        click(14); // words alone, third layer
        assertThat(site()).isEqualTo("text");
        assertThat(text("inspect-ways-now")).isEqualTo("Layer 3 of this map: words through L-FFN.");
        assertThat(window.shootLooks("look-ways-beit3")).isEmpty();
        look("clip");
        FxStage.await("no experts", () -> !shown());
    }

    @Test
    void blipTellsTheModeOfItsTextTransformer() throws Exception {
        look("blip");
        FxStage.await("the modes", () -> shown() && cells().size() == 6);
        assertThat(text("inspect-ways-title")).isEqualTo("Three modes of one text transformer");
        click(4);
        assertThat(site()).isEqualTo("text_decoder.cross");
        assertThat(text("inspect-ways-now"))
                .isEqualTo("Layer 1 of this map: image-grounded decoder (Causal SA + CA).");
        key("inspect-ways", KeyCode.UP);
        assertThat(text("inspect-ways-now")).contains("image-grounded encoder (Bi SA + CA)");
        key("inspect-ways", KeyCode.UP);
        assertThat(site()).isEqualTo("text_alone");
        window.shootAll("look-modes");
        FxStage.call(() -> {
            @SuppressWarnings("unchecked")
            ChoiceBox<String> sites = (ChoiceBox<String>) find("inspect-sites");
            sites.setValue("visual_encoder");
            return null;
        });
        FxStage.await("no mode of the text", () -> text("inspect-ways-now").contains("own tower"));
    }
}
