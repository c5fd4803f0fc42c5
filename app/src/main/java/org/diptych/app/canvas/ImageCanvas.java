package org.diptych.app.canvas;

import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.FXCollections;
import javafx.collections.ListChangeListener;
import javafx.collections.ObservableList;
import javafx.geometry.Point2D;
import javafx.scene.control.Label;
import javafx.scene.image.ImageView;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Region;
import javafx.scene.shape.Rectangle;
import org.diptych.engine.api.Picture;

/// A picture, as large as fits, with layers over it. What is under the mouse is told in the picture's own pixels, so that layers and views need no geometry.
public final class ImageCanvas extends Region {
    /// A mouse that moves less than this between press and release has clicked.
    private static final double SLACK = 5;

    private final ObjectProperty<Optional<Picture>> picture = new SimpleObjectProperty<>(this, "picture",
            Optional.empty());
    private final DoubleProperty grey = new SimpleDoubleProperty(this, "grey", 0);
    private final ObservableList<Overlay> overlays = FXCollections.observableArrayList();
    private final ReadOnlyObjectWrapper<Optional<Point2D>> pointed = new ReadOnlyObjectWrapper<>(this, "pointed",
            Optional.empty());
    private final ImageView view = new ImageView();
    private final Pane layers = new Pane();
    private final Label readout = new Label();
    private final Rectangle clip = new Rectangle();
    private Function<Point2D, Optional<String>> says = p -> Optional.empty();
    private Consumer<Point2D> pick = p -> {
    };
    private BiConsumer<Point2D, Point2D> drag = (from, to) -> {
    };
    private Optional<Point2D> pressed = Optional.empty();
    private Viewport viewport = new Viewport(0, 0, 1, 1, 1);

    public ImageCanvas() {
        getStyleClass().add("image-canvas");
        setMinSize(96, 96);
        view.setManaged(false);
        layers.setManaged(false);
        layers.setMouseTransparent(true);
        readout.getStyleClass().add("readout");
        readout.setManaged(false);
        readout.setMouseTransparent(true);
        readout.setVisible(false);
        getChildren().addAll(view, layers, readout);
        setClip(clip);
        picture.subscribe(p -> repaint());
        grey.subscribe(g -> repaint());
        overlays.addListener((ListChangeListener<Overlay>) change -> {
            overlays.forEach(o -> o.setManaged(false));
            layers.getChildren().setAll(overlays);
            requestLayout();
        });
        setOnMouseMoved(this::moved);
        setOnMouseDragged(this::moved);
        setOnMouseExited(e -> leave());
        setOnMousePressed(e -> pressed = Optional.of(new Point2D(e.getX(), e.getY())));
        setOnMouseClicked(e -> {
            Optional<Point2D> start = pressed.filter(p -> p.distance(e.getX(), e.getY()) > SLACK);
            pressed = Optional.empty();
            if (start.isPresent()) {
                drag.accept(viewport.toPicture(start.get().getX(), start.get().getY()),
                        viewport.toPicture(e.getX(), e.getY()));
                return;
            }
            Point2D at = viewport.toPicture(e.getX(), e.getY());
            if (viewport.contains(at)) {
                pick.accept(at);
            }
        });
    }

    public ObjectProperty<Optional<Picture>> pictureProperty() {
        return picture;
    }

    public void setPicture(Picture shown) {
        picture.set(Optional.of(shown));
    }

    /// 0 = the picture's own colours, 1 = grey and dimmed under a map.
    public DoubleProperty greyProperty() {
        return grey;
    }

    /// The layers, lowest first.
    public ObservableList<Overlay> overlays() {
        return overlays;
    }

    /// The place under the mouse in picture pixels, empty while the mouse is elsewhere.
    public ReadOnlyObjectProperty<Optional<Point2D>> pointedProperty() {
        return pointed.getReadOnlyProperty();
    }

    /// Called with a place in picture pixels at each click on the picture.
    public void setOnPick(Consumer<Point2D> action) {
        pick = action;
    }

    /// Called at the end of a drag with the places in picture pixels where it began and ended.
    public void setOnDrag(BiConsumer<Point2D, Point2D> action) {
        drag = action;
    }

    /// What to say beside the mouse at a place in picture pixels.
    public void setReadout(Function<Point2D, Optional<String>> text) {
        says = text;
    }

    public Viewport viewport() {
        return viewport;
    }

    private void repaint() {
        view.setImage(picture.get().map(p -> Pixels.image(p, grey.get())).orElse(null));
        requestLayout();
    }

    private void moved(MouseEvent event) {
        Point2D at = viewport.toPicture(event.getX(), event.getY());
        if (picture.get().isEmpty() || !viewport.contains(at)) {
            leave();
            return;
        }
        pointed.set(Optional.of(at));
        Optional<String> text = says.apply(at);
        readout.setVisible(text.isPresent());
        text.ifPresent(t -> {
            readout.setText(t);
            readout.autosize();
            double x = Math.min(event.getX() + 14, getWidth() - readout.getWidth() - 2);
            double y = event.getY() + 18 + readout.getHeight() > getHeight()
                    ? event.getY() - readout.getHeight() - 8
                    : event.getY() + 18;
            readout.relocate(Math.max(2, x), Math.max(2, y));
        });
    }

    private void leave() {
        pointed.set(Optional.empty());
        readout.setVisible(false);
    }

    @Override
    protected void layoutChildren() {
        double w = getWidth();
        double h = getHeight();
        clip.setWidth(w);
        clip.setHeight(h);
        picture.get().ifPresent(p -> {
            double scale = Math.min(w / p.width(), h / p.height());
            double shownW = Math.floor(p.width() * scale);
            double shownH = Math.floor(p.height() * scale);
            viewport = new Viewport(Math.floor((w - shownW) / 2), Math.floor((h - shownH) / 2), scale, p.width(),
                    p.height());
            view.setFitWidth(shownW);
            view.setFitHeight(shownH);
            view.relocate(viewport.x(), viewport.y());
        });
        layers.resizeRelocate(0, 0, w, h);
        for (Overlay overlay : overlays) {
            overlay.resizeRelocate(0, 0, w, h);
            overlay.place(viewport);
        }
    }

    @Override
    protected double computePrefWidth(double height) {
        return 384;
    }

    @Override
    protected double computePrefHeight(double width) {
        return 384;
    }
}
