package org.diptych.app.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import javafx.beans.property.ObjectProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.CheckBox;
import javafx.scene.control.CheckMenuItem;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Note;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.StepCost;

/// Every logged value of some runs, a chart each, with one cursor through all of them. A validation value lies in the chart of its training value.
public final class CurveBoard extends VBox {
    private static final String VALIDATION = "validation.";
    private static final List<String> ALWAYS = List.of("loss", "validation.loss");

    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private final String id;
    private final ObjectProperty<CurveChoice> choice;
    private final FlowPane tools = new FlowPane(12, 4);
    private final MenuButton which = new MenuButton();
    private final ChartGrid grid = new ChartGrid();
    /// Values of a chart -> the chart.
    private final LinkedHashMap<List<String>, LiveChart> charts = new LinkedHashMap<>();
    private final TreeSet<String> logged = new TreeSet<>(CurveNames.order());
    private List<Shown> runs = List.of();
    private int[] seen = {};
    private List<List<String>> laidOut = List.of();
    private Optional<Note> note = Optional.empty();
    private OptionalInt marked = OptionalInt.empty();
    private IntConsumer pick = step -> {
    };

    /// A run whose curves are drawn.
    ///
    /// @param name   in the legend when there are several
    /// @param colour index into the theme's line colours
    public record Shown(RunLog log, String name, int colour) {
    }

    /// @param id     of the board's first chart
    /// @param choice what is drawn; changed here and remembered by its owner
    public CurveBoard(I18n i18n, ObservableValue<Theme> theme, String id, ObjectProperty<CurveChoice> choice) {
        super(8);
        this.i18n = i18n;
        this.theme = theme;
        this.id = id;
        this.choice = choice;
        i18n.label(which, "curves.which");
        setId(id + "-board");
        which.setId(id + "-which");
        which.setMinWidth(USE_PREF_SIZE);
        Slider smoothing = new Slider(0, 0.98, choice.get().smoothing());
        smoothing.setPrefWidth(88);
        smoothing.setMinWidth(56);
        smoothing.accessibleTextProperty().bind(i18n.text("curves.smoothing"));
        smoothing.valueProperty().subscribe((old, value) -> set(c -> new CurveChoice(c.values(), value.doubleValue(),
                c.logValues(), c.logSteps(), c.clip())));
        Label name = i18n.label("curves.smoothing");
        name.setMinWidth(USE_PREF_SIZE);
        CheckBox log = check("curves.log", choice.get().logValues());
        CheckBox steps = check("curves.logsteps", choice.get().logSteps());
        CheckBox clip = check("curves.clip", choice.get().clip());
        for (CheckBox box : List.of(log, steps, clip)) {
            box.selectedProperty().subscribe((old, on) -> set(c -> new CurveChoice(c.values(), c.smoothing(),
                    log.isSelected(), steps.isSelected(), clip.isSelected())));
        }
        tools.getChildren().addAll(which, Ui.row(8, name, smoothing), log, steps, clip);
        ScrollPane scroll = new ScrollPane(grid);
        scroll.setFitToWidth(true);
        scroll.setFitToHeight(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        getChildren().addAll(tools, scroll);
        choice.subscribe(c -> lay());
        i18n.textsProperty().subscribe(t -> menu());
    }

    private void set(java.util.function.UnaryOperator<CurveChoice> change) {
        choice.set(change.apply(choice.get()));
    }

    private CheckBox check(String key, boolean on) {
        CheckBox box = i18n.label(new CheckBox(), key);
        box.setSelected(on);
        box.setMinWidth(USE_PREF_SIZE);
        return box;
    }

    /// The row of controls, to add to.
    public FlowPane tools() {
        return tools;
    }

    /// Draws these runs instead of the former.
    public void show(List<Shown> next) {
        runs = List.copyOf(next);
        seen = new int[runs.size()];
        logged.clear();
        note = Optional.empty();
        laidOut = List.of();
        tick();
        menu();
        lay();
    }

    public List<Shown> runs() {
        return runs;
    }

    /// @return the charts, the first first
    public List<LiveChart> charts() {
        return List.copyOf(charts.values());
    }

    /// @return what can be written to a file: the charts as they look now
    public javafx.scene.Node drawing() {
        return grid;
    }

    /// Looks for values that came into the logs since.
    public void tick() {
        int before = logged.size();
        for (int i = 0; i < seen.length; i++) {
            List<RunLog.Row> rows = runs.get(i).log().since(seen[i]);
            seen[i] += rows.size();
            rows.forEach(row -> logged.addAll(row.values().keySet()));
        }
        if (logged.size() > before) {
            menu();
            lay();
        }
    }

    private void menu() {
        TreeSet<String> offered = new TreeSet<>(logged);
        offered.removeIf(value -> value.startsWith(StepCost.STACK)); // a constant; the cost of a step shows it
        offered.addAll(ALWAYS);
        which.getItems().setAll(offered.stream().map(value -> {
            CheckMenuItem item = new CheckMenuItem(CurveNames.name(i18n, value));
            item.setSelected(choice.get().values().contains(value));
            item.setOnAction(e -> pick(value, item.isSelected()));
            return item;
        }).toList());
    }

    /// Adds a value to what is drawn, or takes it away.
    public void pick(String value, boolean on) {
        List<String> values = new ArrayList<>(choice.get().values());
        values.remove(value);
        if (on) {
            values.add(value);
        }
        values.sort(CurveNames.order());
        set(c -> c.withValues(values));
        menu();
    }

    /// Shows on its curve what a note rests on; nothing takes the mark away.
    public void highlight(Optional<Note> next) {
        note = next;
        next.filter(n -> !choice.get().values().contains(n.curve())).ifPresent(n -> pick(n.curve(), true));
        mark();
    }

    /// Draws a line through all charts at a step that something else stands on.
    public void mark(ObservableValue<OptionalInt> step) {
        step.subscribe(s -> {
            marked = s;
            charts.values().forEach(c -> c.setMarker(marker()));
        });
    }

    /// @param action gets the step of a point that was clicked in any of the charts
    public void setOnPick(IntConsumer action) {
        pick = action;
    }

    private OptionalDouble marker() {
        return marked.isPresent() ? OptionalDouble.of(marked.getAsInt()) : OptionalDouble.empty();
    }

    private void mark() {
        charts.forEach((values, chart) -> chart.setEvidence(
                note.filter(n -> values.contains(n.curve())).map(n -> new LiveChart.Evidence(n.from(), n.to()))));
    }

    /// @return the values of each chart
    private List<List<String>> wanted() {
        List<String> values = choice.get().values().stream().filter(v -> logged.contains(v) || ALWAYS.contains(v))
                .toList();
        Map<String, List<String>> out = new LinkedHashMap<>();
        for (String value : values.isEmpty() ? ALWAYS.subList(0, 1) : values) {
            String training = value.startsWith(VALIDATION) ? value.substring(VALIDATION.length()) : value;
            out.computeIfAbsent(values.contains(training) ? training : value, t -> new ArrayList<>()).add(value);
        }
        return List.copyOf(out.values());
    }

    /// @return the values that are drawn and that some run has
    public List<String> drawn() {
        return wanted().stream().flatMap(List::stream).filter(logged::contains).toList();
    }

    private void lay() {
        List<List<String>> now = wanted();
        if (!now.equals(laidOut)) {
            laidOut = now;
            Map<List<String>, LiveChart> before = Map.copyOf(charts);
            charts.clear();
            for (List<String> values : now) {
                charts.put(values, fill(before.containsKey(values) ? before.get(values) : chart(values), values));
            }
            before.entrySet().stream().filter(e -> !now.contains(e.getKey())).forEach(e -> e.getValue().end());
            charts.values().forEach(c -> c.setId(id + "-more"));
            charts.values().stream().findFirst().ifPresent(c -> c.setId(id));
            grid.set(charts());
            mark();
        }
        for (LiveChart chart : charts.values()) {
            chart.smoothingProperty().set(choice.get().smoothing());
            chart.logScaleProperty().set(choice.get().logValues());
            chart.logStepsProperty().set(choice.get().logSteps());
            chart.clipOutliersProperty().set(choice.get().clip());
        }
    }

    private LiveChart chart(List<String> values) {
        LiveChart chart = new LiveChart(i18n, theme, "curves.step", () -> CurveNames.axis(i18n, values.getFirst()));
        chart.smoothingProperty().set(choice.get().smoothing());
        chart.setMarker(marker());
        chart.setOnPick(step -> pick.accept(step));
        return chart;
    }

    private LiveChart fill(LiveChart chart, List<String> values) {
        chart.clear();
        for (String value : values) {
            for (Shown run : runs) {
                boolean dots = value.startsWith(VALIDATION);
                chart.add(run.log(), new Curve(value, i18n.compute(() -> label(values, value, run)),
                        runs.size() > 1 ? run.colour() : values.indexOf(value), dots));
            }
        }
        return chart;
    }

    private String label(List<String> values, String value, Shown run) {
        if (runs.size() < 2) {
            return CurveNames.name(i18n, value);
        }
        return values.size() < 2 ? run.name() : run.name() + " · " + CurveNames.name(i18n, value);
    }
}
