package org.diptych.app.catalog;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.geometry.Pos;
import javafx.geometry.VPos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.LocalText;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.ModelCard.PublicCheckpoint;

/// Everything that is known of one family.
final class CardPage extends VBox {
    private final I18n i18n;
    private final ModelCard card;

    /// What a person can do from here.
    ///
    /// @param back   to the timeline
    /// @param show   another family's page
    /// @param bundle opens the small model that ships
    /// @param choose opens a checkpoint of the person's own
    /// @param assemble puts one together of other models' checkpoints, where that can be done
    record Actions(Runnable back, Consumer<ModelCard> show, Runnable bundle, Runnable choose,
            Optional<Runnable> assemble) {
    }

    CardPage(I18n i18n, ModelCard card, List<ModelCard> all, boolean opens, boolean bundled,
            Actions actions) {
        super(24);
        this.i18n = i18n;
        this.card = card;
        getStyleClass().add("card-page");
        VBox left = Ui.column(24, about(), flow());
        VBox right = Ui.column(24, list("catalog.objectives", card.objectives()), list("catalog.tasks", card.tasks()),
                capabilities(opens), family(all, actions), paper());
        GridPane columns = new GridPane();
        columns.setHgap(32);
        for (int percent : new int[]{56, 44}) {
            ColumnConstraints width = new ColumnConstraints();
            width.setPercentWidth(percent);
            columns.getColumnConstraints().add(width);
        }
        columns.add(left, 0, 0);
        columns.add(right, 1, 0);
        GridPane.setValignment(left, VPos.TOP);
        getChildren().addAll(head(opens, bundled, actions), columns, checkpoints());
    }

    private Node head(boolean opens, boolean bundled, Actions actions) {
        Label title = Ui.styled(new Label(card.title()), "title");
        Label date = Ui.styled(new Label(card.date()), "muted");
        Label badge = Ui.styled(i18n.label(opens ? "catalog.opens" : "catalog.later"), "badge",
                opens ? "good" : "plain");
        for (Label label : List.of(title, date, badge)) {
            label.setMinWidth(Region.USE_PREF_SIZE);
        }
        HBox row = Ui.row(12, Ui.iconButton(i18n, "mdi2a-arrow-left", "catalog.back", actions.back()), title, date,
                badge, Ui.spring());
        if (opens) {
            actions.assemble().ifPresent(assemble -> {
                Button byHand = Ui.button(i18n, "catalog.assemble", assemble);
                byHand.setId("catalog-assemble");
                byHand.setTooltip(i18n.tooltip("catalog.assemble.what"));
                row.getChildren().add(byHand);
            });
            row.getChildren().add(Ui.button(i18n, "catalog.open", actions.choose()));
            if (bundled) {
                row.getChildren().add(Ui.primary(i18n, "catalog.bundle", actions.bundle()));
            }
        }
        return row;
    }

    private Node about() {
        Label idea = Ui.styled(Ui.wrapped(new Label()), "heading");
        idea.textProperty().bind(i18n.text(card.idea()));
        Label summary = Ui.wrapped(new Label());
        summary.textProperty().bind(i18n.text(card.summary()));
        return Ui.column(12, idea, summary);
    }

    private Node flow() {
        VBox parts = Ui.column(8);
        for (int i = 0; i < card.parts().size(); i++) {
            Label number = Ui.styled(new Label(Integer.toString(i + 1)), "badge", "plain");
            number.setMinWidth(Region.USE_PREF_SIZE);
            parts.getChildren().add(Ui.row(8, number, text(card.parts().get(i))));
        }
        HBox.setHgrow(parts, Priority.ALWAYS);
        parts.setAlignment(Pos.CENTER_LEFT);
        HBox legend = Ui.row(16, key("flow-image", "catalog.flow.image"), key("flow-text", "catalog.flow.text"),
                key("flow-both", "catalog.flow.both"));
        HBox drawing = Ui.row(24, new FlowDrawing(card.flow(), 22), parts);
        return section("catalog.parts", Ui.styled(Ui.column(16, drawing, legend), "panel-subtle"));
    }

    private Node key(String style, String key) {
        Region swatch = Ui.styled(new Region(), style + "-swatch", "swatch");
        return Ui.row(6, swatch, Ui.styled(i18n.label(key), "small", "muted"));
    }

    private Label text(LocalText text) {
        Label label = Ui.wrapped(new Label());
        label.textProperty().bind(i18n.text(text));
        return label;
    }

    private Node list(String key, List<LocalText> texts) {
        VBox lines = Ui.column(4);
        for (LocalText text : texts) {
            Label dot = Ui.styled(new Label("·"), "muted");
            dot.setMinWidth(Region.USE_PREF_SIZE);
            HBox line = Ui.row(8, dot, text(text));
            line.setAlignment(Pos.TOP_LEFT);
            lines.getChildren().add(line);
        }
        return section(key, lines);
    }

    private Node section(String key, Node body) {
        return Ui.column(8, Ui.styled(i18n.label(key), "strong", "muted"), body);
    }

    private Node capabilities(boolean opens) {
        if (!opens) {
            return section("catalog.capabilities", Ui.wrapped(i18n.label("catalog.later.long")));
        }
        FlowPane badges = new FlowPane(8, 8);
        for (ModelCard.Capability capability : card.capabilities()) {
            badges.getChildren().add(Ui.styled(
                    i18n.label("catalog.capability." + capability.name().toLowerCase(Locale.ROOT)), "badge", "note"));
        }
        return section("catalog.capabilities", badges);
    }

    private Node family(List<ModelCard> all, Actions actions) {
        FlowPane links = new FlowPane(8, 4);
        for (ModelCard other : all) {
            boolean parent = card.parents().contains(other.id());
            boolean child = other.parents().contains(card.id());
            if (parent || child) {
                Hyperlink link = new Hyperlink();
                link.textProperty()
                        .bind(i18n.text(parent ? "catalog.family.from" : "catalog.family.to", other.title()));
                link.setOnAction(e -> actions.show().accept(other));
                links.getChildren().add(link);
            }
        }
        if (links.getChildren().isEmpty()) {
            links.getChildren().add(i18n.label("catalog.family.none"));
        }
        return section("catalog.family", links);
    }

    private Node paper() {
        ModelCard.Paper paper = card.paper();
        Label title = Ui.wrapped(new Label(paper.title()));
        Label rest = Ui.styled(Ui.wrapped(new Label(
                paper.authors() + ". " + paper.venue() + " " + paper.year() + ". arXiv " + paper.arxiv())), "muted");
        return section("catalog.paper", Ui.column(4, title, rest));
    }

    private Node checkpoints() {
        long total = Memory.total();
        GridPane table = new GridPane();
        table.setHgap(16);
        table.setVgap(8);
        int row = 0;
        for (PublicCheckpoint point : card.checkpoints()) {
            Memory.Fit fit = Memory.fit(point.parameters(), total);
            Label name = Ui.wrapped(new Label(point.name()));
            Label where = Ui.styled(Ui.wrapped(new Label(point.where())), "muted");
            Label size = new Label();
            size.textProperty().bind(i18n.text("catalog.size", point.parameters() >= 1000
                    ? String.format(Locale.ROOT, "%.1f B", point.parameters() / 1000)
                    : Math.round(point.parameters()) + " M", Bytes.size(point.bytes())));
            Label badge = Ui.styled(i18n.label("catalog.fit." + fit.name().toLowerCase(Locale.ROOT)), "badge",
                    switch (fit) {
                        case FITS -> "good";
                        case TIGHT -> "warn";
                        case TOO_LARGE -> "bad";
                        case UNKNOWN -> "plain";
                    });
            badge.setTooltip(i18n.tooltip("catalog.fit.why", Bytes.size(Memory.needed(point.parameters())),
                    Bytes.size(total)));
            for (Label label : List.of(size, badge)) {
                label.setMinWidth(Region.USE_PREF_SIZE);
            }
            Label form = Ui.styled(Ui.wrapped(new Label(point.format() + " · " + point.licence())), "muted");
            table.addRow(row++, name, size, badge, form, where);
        }
        for (int percent : new int[]{20, 14, 11, 27, 28}) {
            ColumnConstraints column = new ColumnConstraints();
            column.setPercentWidth(percent);
            table.getColumnConstraints().add(column);
        }
        return section("catalog.checkpoints", table);
    }
}
