package org.diptych.engine.cli;

import java.util.stream.Collectors;
import org.diptych.engine.api.Texts;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What is wrong with a command, in the reader's language.
final class Usage {
    private Usage() {
    }

    static String message(ParameterException e, Texts texts) {
        return switch (e) {
            case MissingParameterException missing when !missing.getMissing().isEmpty() ->
                texts.get("cli.usage.missing",
                        missing.getMissing().stream().map(Usage::name).collect(Collectors.joining(", ")));
            case UnmatchedArgumentException unknown -> texts.get("cli.usage.unknown",
                    String.join(" ", unknown.getUnmatched()));
            case ParameterException value when value.getArgSpec() != null && value.getValue() != null -> texts
                    .get("cli.usage.value", name(value.getArgSpec()) + " " + value.getValue());
            case ParameterException other when other.getArgSpec() != null -> texts.get("cli.usage.value",
                    name(other.getArgSpec()));
            default -> e.getMessage();
        };
    }

    private static String name(ArgSpec spec) {
        return spec instanceof OptionSpec option ? option.longestName() : spec.paramLabel();
    }
}
