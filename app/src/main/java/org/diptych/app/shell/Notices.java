package org.diptych.app.shell;

import java.util.Optional;
import javafx.scene.layout.VBox;
import javafx.scene.text.Text;
import javafx.stage.Window;
import javafx.util.Duration;
import org.controlsfx.control.Notifications;
import org.controlsfx.control.action.Action;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Messages at the lower right of the window: short ones go by themselves, errors stay until they are closed.
public final class Notices {
    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);
    private static final Duration SHORT = Duration.seconds(6);

    private static final double WIDTH = 380;

    private final I18n i18n;
    private Optional<Window> owner = Optional.empty();
    private Optional<String> last = Optional.empty();

    public Notices(I18n i18n) {
        this.i18n = i18n;
    }

    /// Where messages appear; before this is set they are only logged.
    public void setOwner(Window window) {
        owner = Optional.of(window);
    }

    /// @return the first line of the newest message
    public Optional<String> last() {
        return last;
    }

    /// Says that something is done.
    public void info(String key, Object... args) {
        show(i18n.get(key, args), Optional.empty(), "mdi2c-check-circle-outline", "notice-info", SHORT);
    }

    /// Says that something is done and offers to take it back.
    public void undoable(String key, Runnable undo, Object... args) {
        Action back = new Action(i18n.get("shell.undo"), e -> undo.run());
        show(i18n.get(key, args), Optional.empty(), "mdi2c-check-circle-outline", "notice-info", SHORT.multiply(2),
                back);
    }

    /// Shows an error: what, why, what to do. Our own bugs go to the log with their stack.
    public void error(Throwable error) {
        Fault fault = new Fault(error);
        if (!(fault.error() instanceof org.diptych.engine.api.EngineException)) {
            LOG.error("Unexpected", fault.error());
        }
        Fx.run(() -> show(fault.what(i18n.texts()),
                Optional.of(fault.why(i18n.texts()) + "\n" + fault.todo(i18n.texts())), "mdi2a-alert-circle-outline",
                "notice-error",
                Duration.INDEFINITE));
    }

    private void show(String text, Optional<String> more, String icon, String style, Duration time, Action... actions) {
        last = Optional.of(text);
        owner.filter(Window::isShowing).ifPresent(window -> {
            VBox body = Ui.column(4, paragraph(text, "notice-title"));
            more.ifPresent(m -> body.getChildren().add(paragraph(m, "notice-text")));
            Notifications.create().owner(window).graphic(Ui.styled(Ui.row(12, Ui.icon(icon), body), "notice", style))
                    .hideAfter(time).action(actions).show();
        });
    }

    /// A text of fixed width, since the popup asks for heights before it knows its width.
    private static Text paragraph(String text, String style) {
        Text paragraph = Ui.styled(new Text(text), style);
        paragraph.setWrappingWidth(WIDTH);
        return paragraph;
    }
}
