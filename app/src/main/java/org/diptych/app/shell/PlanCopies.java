package org.diptych.app.shell;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.SafeFile;

/// Plans as files of their own, for commands that name them. Another plan never takes such a file's place, so that a command means tomorrow what it means today.
public final class PlanCopies {
    private static final int NAME = 40;
    private static final int DIGEST = 8;

    private PlanCopies() {
    }

    /// @return the file, named after the plan and what it holds: the same plan has the same file
    /// @throws EngineException when it cannot be written
    public static Path write(AppContext context, FineTunePlan plan) throws EngineException {
        String json = context.engine().planJson(plan);
        String name = plan.name().replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-|-$", "");
        Path file = context.engine().runs().folder().resolveSibling("plans").resolve(
                name.substring(0, name.offsetByCodePoints(0, Math.min(NAME, name.codePointCount(0, name.length()))))
                        + "-" + digest(json) + ".json");
        SafeFile.write(file, json);
        return file;
    }

    private static String digest(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all).substring(0, DIGEST);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
