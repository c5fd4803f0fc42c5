package org.diptych.app.chart;

import java.nio.file.Path;
import javafx.embed.swing.SwingFXUtils;
import javafx.scene.Node;
import javafx.scene.SnapshotParameters;
import javafx.scene.paint.Color;
import javafx.scene.transform.Transform;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;

/// What is on the screen, as PNG files.
public final class Snapshots {
    private Snapshots() {
    }

    /// Writes a node as it looks now, at twice its size.
    ///
    /// @param ground what lies under its transparent parts
    /// @throws EngineException when the file cannot be written
    public static void png(Node node, Color ground, Path file) throws EngineException {
        SnapshotParameters parameters = new SnapshotParameters();
        parameters.setTransform(Transform.scale(2, 2));
        parameters.setFill(ground);
        SafeFile.write(file, LiveChart.png(SwingFXUtils.fromFXImage(node.snapshot(parameters, null), null)));
    }
}
