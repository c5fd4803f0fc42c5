package org.diptych.app.tasks;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.image.ImageView;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.Tokens;

/// A plan of transport: one row a word, one column a box or patch, as dark or light as the share of the word that goes there.
final class PlanGrid extends VBox {
    /// Of more boxes than this no column has a number.
    static final int NUMBERED = 16;
    private static final int ROW = 16;
    private static final int WIDTH = 168;
    private static final int WIDEST = 28;
    private static final ColorMap COLOURS = ColorMap.of(ColorMap.IDS.getFirst());

    private final I18n i18n;

    PlanGrid(I18n i18n, Tokens tokens, TaskView.Plan plan) {
        super(8);
        this.i18n = i18n;
        getStyleClass().add("plan");
        int[] words = IntStream.range(0, tokens.size())
                .filter(t -> plan.shares().get(t).stream().anyMatch(s -> s > 0)).toArray();
        double most = plan.shares().stream().flatMap(List::stream).mapToDouble(s -> s).max().orElse(1);
        int places = plan.shares().getFirst().size();
        int wide = Math.clamp(WIDTH / Math.max(1, places), 1, WIDEST);
        GridPane grid = new GridPane(8, 0);
        for (int r = 0; r < words.length; r++) {
            String word = tokens.tokens().get(words[r]).string();
            List<Double> shares = plan.shares().get(words[r]);
            Label name = Ui.styled(new Label(word), "small", "plan-word");
            name.setMinHeight(ROW);
            name.setMaxHeight(ROW);
            grid.add(name, 0, r);
            grid.add(row(word, shares, most, wide), 1, r);
        }
        if (places <= NUMBERED) {
            GridPane numbers = new GridPane();
            for (int p = 0; p < places; p++) {
                Label number = Ui.styled(new Label(Integer.toString(p + 1)), "small", "muted");
                number.setMinWidth(wide);
                number.setMaxWidth(wide);
                number.setAlignment(Pos.CENTER);
                numbers.add(number, p, 0);
            }
            grid.add(numbers, 1, words.length);
        }
        ScaleBar scale = new ScaleBar();
        scale.rangeProperty().set(new Range(0, most));
        getChildren().addAll(grid, scale);
    }

    /// Whole pixels a cell: how few pixels are stretched to many differs between graphics pipelines.
    private StackPane row(String word, List<Double> shares, double most, int wide) {
        int width = wide * shares.size();
        int[] argb = new int[width * ROW];
        for (int i = 0; i < argb.length; i++) {
            boolean gap = i / width == ROW - 1;
            argb[i] = gap ? 0 : 0xff000000 | COLOURS.rgb(shares.get(i % width / wide) / most);
        }
        ImageView image = new ImageView(Pixels.image(width, ROW, argb));
        StackPane pane = new StackPane(image);
        pane.setAlignment(Pos.CENTER_LEFT);
        Tooltip told = new Tooltip();
        pane.setOnMouseMoved(e -> {
            int place = Math.clamp((int) (e.getX() / wide), 0, shares.size() - 1);
            told.setText(i18n.get("tasks.plan.cell", word, place + 1,
                    String.format(Locale.ROOT, "%.1f", 100 * shares.get(place))));
        });
        Tooltip.install(pane, told);
        int best = IntStream.range(0, shares.size()).reduce((a, b) -> shares.get(b) > shares.get(a) ? b : a).orElse(0);
        pane.accessibleTextProperty().bind(i18n.text("tasks.plan.cell", word, best + 1,
                String.format(Locale.ROOT, "%.1f", 100 * shares.get(best))));
        return pane;
    }
}
