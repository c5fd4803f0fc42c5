package org.diptych.app.finetune;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.beans.value.ObservableValue;
import javafx.css.PseudoClass;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// A number with its bounds: a field to type it, and a slider where one was given. What is typed wrongly is told under the field and not taken; a slider never changes a value that lies beyond its ends
/// unless it is moved.
final class NumberRow extends FormRow {
    private static final double FIELD = 96;
    private static final int FIGURES = 6;
    private static final double PLAIN = 1e-4;
    private static final double LARGE = 1e15;
    private static final PseudoClass WRONG = PseudoClass.getPseudoClass("danger");

    private final PlanNumber number;
    private final DoubleSupplier get;
    private final DoubleConsumer set;
    private final TextField field = new TextField();
    private final Label fault = Ui.styled(Ui.wrapped(new Label()), "danger-text", "small");
    private final VBox controls = new VBox(2);
    private Optional<Slider> slider = Optional.empty();
    private DoubleUnaryOperator place = v -> v;
    private boolean showing;
    private boolean typing;
    private boolean sliding;

    /// @param number its bounds
    NumberRow(I18n i18n, String key, PlanNumber number, DoubleSupplier get, DoubleConsumer set) {
        super(i18n, key, () -> i18n.get("finetune.number.bounds", text(number.least()), text(number.most())));
        this.number = number;
        this.get = get;
        this.set = set;
        String id = key.replace('.', '-');
        field.setId(id + "-value");
        field.setPrefWidth(FIELD);
        field.setMinWidth(FIELD);
        field.setMaxWidth(FIELD);
        field.setAlignment(Pos.CENTER_RIGHT);
        field.accessibleTextProperty().bind(i18n.text(key));
        fault.setId(id + "-fault");
        Label title = Ui.wrapped(title());
        title.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(title, Priority.ALWAYS);
        controls.getChildren().add(Ui.row(8, title, field));
        getChildren().addAll(controls, fault);
        Ui.show(fault, false);
        field.textProperty().subscribe((old, now) -> typed(now));
        i18n.textsProperty().subscribe(t -> {
            if (fault.isVisible()) {
                typed(field.getText());
            }
        });
        show();
    }

    /// Adds a slider between two places.
    ///
    /// @param place of a value
    /// @param value at a place
    NumberRow slider(double low, double high, DoubleUnaryOperator place, DoubleUnaryOperator value) {
        this.place = place;
        Slider made = new Slider(low, high, Math.clamp(place.applyAsDouble(get.getAsDouble()), low, high));
        made.setId(key.replace('.', '-'));
        made.setBlockIncrement((high - low) / 20);
        made.accessibleTextProperty().bind(i18n.text(key));
        made.valueProperty().subscribe((old, now) -> {
            if (!showing) {
                sliding = true;
                set.accept(value.applyAsDouble(now.doubleValue()));
                sliding = false;
            }
        });
        slider = Optional.of(made);
        controls.getChildren().add(made);
        return this;
    }

    /// @param what the number is read again whenever one of these changes
    NumberRow follow(ObservableValue<?>... what) {
        for (ObservableValue<?> each : what) {
            each.subscribe(v -> show());
        }
        return this;
    }

    /// Adds what is said below.
    NumberRow note(Label note) {
        getChildren().add(Ui.styled(Ui.wrapped(note), "muted", "small"));
        return this;
    }

    @Override
    Node control() {
        return slider.isPresent() ? controls : field;
    }

    private void show() {
        showing = true;
        double value = get.getAsDouble();
        if (!typing) {
            field.setText(text(value));
            wrong(false);
        }
        if (!sliding) {
            slider.ifPresent(s -> s.setValue(Math.clamp(place.applyAsDouble(value), s.getMin(), s.getMax())));
        }
        showing = false;
    }

    private void typed(String text) {
        if (showing) {
            return;
        }
        Optional<Double> value = read(text);
        wrong(value.isEmpty());
        if (value.isEmpty()) {
            fault.setText(i18n.get(number.whole() ? "finetune.number.whole" : "finetune.number.wrong",
                    text(number.least()), text(number.most()), text(get.getAsDouble())));
        } else {
            typing = true;
            set.accept(value.get());
            typing = false;
        }
    }

    private void wrong(boolean is) {
        Ui.show(fault, is);
        field.pseudoClassStateChanged(WRONG, is);
    }

    private Optional<Double> read(String text) {
        try {
            double value = Double.parseDouble(text.strip());
            return Optional.of(value).filter(v -> v >= number.least() && v <= number.most()
                    && (!number.whole() || v == Math.rint(v)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /// @return a number in so many figures: `400`, `0.05`, `1.25e-05`
    static String text(double value) {
        if (value == Math.rint(value) && Math.abs(value) <= LARGE) {
            return Long.toString((long) value);
        }
        if (Math.abs(value) < PLAIN) {
            BigDecimal brief = new BigDecimal(value).round(new MathContext(FIGURES)).stripTrailingZeros();
            return String.format(Locale.ROOT, "%." + (brief.precision() - 1) + "e", value);
        }
        return new BigDecimal(value).round(new MathContext(FIGURES)).stripTrailingZeros().toPlainString();
    }
}
