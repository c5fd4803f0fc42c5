package org.diptych.app.capfilt;

import java.util.Locale;
import java.util.Optional;
import javafx.beans.Observable;
import javafx.geometry.Insets;
import javafx.geometry.VPos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.image.ImageView;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.capfilt.CapFiltModel.Board;
import org.diptych.app.capfilt.CapFiltModel.Chosen;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.Thumbs;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.CaptionDecision.Source;

/// The chosen pair in large: its picture, and both texts with what the filter says of them against the threshold.
final class PairDetail extends HBox {
    static final int SIDE = 480;
    private static final double LEAST = 136;

    private final I18n i18n;
    private final CapFiltModel model;
    private final CapFiltController controller;
    private final Thumbs pictures;
    private final ImageView picture = new ImageView();
    private final Side web;
    private final Side synthetic;

    PairDetail(I18n i18n, CapFiltModel model, CapFiltController controller, Thumbs pictures) {
        super(16);
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        this.pictures = pictures;
        web = new Side(Source.WEB);
        synthetic = new Side(Source.SYNTHETIC);
        setId("capfilt-detail");
        getStyleClass().add("panel");
        setMinHeight(LEAST + 34);
        StackPane frame = new StackPane(picture);
        frame.setMinWidth(LEAST);
        frame.prefWidthProperty().bind(heightProperty().subtract(34));
        frame.setMaxWidth(320);
        picture.setPreserveRatio(true);
        picture.setSmooth(true);
        picture.fitWidthProperty().bind(frame.widthProperty());
        picture.fitHeightProperty().bind(heightProperty().subtract(34));
        HBox texts = new HBox(24, web, synthetic);
        for (Side side : new Side[]{web, synthetic}) {
            HBox.setHgrow(side, Priority.ALWAYS);
            side.setPrefWidth(200); // both alike, whatever their texts
        }
        texts.setPadding(new Insets(0, 12, 0, 0));
        ScrollPane scroll = new ScrollPane(texts);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        HBox.setHgrow(scroll, Priority.ALWAYS);
        getChildren().addAll(frame, scroll);
        for (Observable each : new Observable[]{model.rows, model.chosen, model.going, i18n.textsProperty()}) {
            each.addListener(o -> show());
        }
        show();
    }

    static String number(double match) {
        return String.format(Locale.ROOT, "%.2f", match);
    }

    private void show() {
        Optional<Pair> pair = model.chosen.get().flatMap(
                c -> model.rows.get().stream().filter(p -> p.number() == c.pair()).findFirst());
        setVisible(pair.isPresent());
        pair.ifPresent(p -> {
            pictures.ask(p.image(), image -> {
                if (model.chosen.get().filter(c -> c.pair() == p.number()).isPresent()) {
                    picture.setImage(image);
                }
            });
            web.show(p);
            synthetic.show(p);
        });
    }

    /// One of the two texts.
    private final class Side extends VBox {
        private final Source source;
        private final Label kept = Ui.styled(new Label(), "badge");
        private final Label person = Ui.styled(i18n.label("capfilt.overruled.you"), "badge", "note");
        private final Label wrong = Ui.styled(i18n.label("capfilt.wrong"), "badge", "warn");
        private final Label text = Ui.wrapped(new Label());
        private final ScoreBar bar = new ScoreBar();
        private final Label score = Ui.styled(new Label(), "small", "muted");
        private final Button turn = new Button();
        private final VBox figures = new VBox(6, bar, Ui.row(8, score, Ui.spring(), turn));

        Side(Source source) {
            super(6);
            this.source = source;
            String name = source.name().toLowerCase(Locale.ROOT);
            turn.setId("capfilt-turn-" + name);
            turn.setMinWidth(USE_PREF_SIZE);
            turn.setOnAction(e -> model.chosen.get()
                    .ifPresent(c -> controller.overrule(new Chosen(c.pair(), source))));
            score.setWrapText(true);
            score.setMinHeight(USE_PREF_SIZE);
            bar.setMaxWidth(Double.MAX_VALUE);
            Label title = Ui.styled(i18n.label("capfilt." + name), "strong");
            for (Label each : new Label[]{title, kept, person, wrong}) {
                each.setMinWidth(USE_PREF_SIZE);
            }
            FlowPane head = new FlowPane(8, 4, title, kept, person, wrong);
            head.setRowValignment(VPos.CENTER);
            getChildren().addAll(head, text, figures);
        }

        void show(Pair pair) {
            Optional<CaptionDecision> decision = pair.of(source);
            Ui.show(kept, decision.isPresent());
            Ui.show(figures, decision.isPresent());
            Ui.show(person, decision.filter(CaptionDecision::overruled).isPresent());
            Ui.show(wrong, source == Source.WEB && pair.wrong());
            text.setText(decision.map(CaptionDecision::caption).orElse(i18n.get("capfilt.silent")));
            decision.ifPresent(d -> {
                double threshold = model.board.get().map(Board::threshold).orElse(0.5);
                kept.getStyleClass().removeAll("good", "bad");
                kept.getStyleClass().add(d.keep() ? "good" : "bad");
                kept.setText(i18n.get(d.keep() ? "capfilt.kept" : "capfilt.dropped"));
                bar.show(d.match(), threshold);
                score.setText(i18n.get("capfilt.score", number(d.match()), number(threshold)));
                turn.setText(i18n.get(d.keep() ? "capfilt.turn.drop" : "capfilt.turn.keep"));
                turn.setDisable(!controller.mayOverrule());
            });
        }
    }
}
