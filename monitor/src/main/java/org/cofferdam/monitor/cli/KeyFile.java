package org.cofferdam.monitor.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.cofferdam.audit.sign.LogKey;
import org.cofferdam.monitor.config.IoReason;
import org.cofferdam.monitor.config.OperatorError;

/** A public key that an operator names by its file. */
final class KeyFile {
    private KeyFile() {}

    /** The key that the option names, if it was given. */
    static Optional<LogKey> given(Subcommand.Value option) {
        if (option.text().isEmpty()) {
            return Optional.empty();
        }
        Path file = option.path(Path.of("key.pem"));
        try {
            return Optional.of(
                    LogKey.read(file)
                            .orElseThrow(
                                    () ->
                                            OperatorError.usage(
                                                    "--key: "
                                                            + file
                                                            + " holds no Ed25519 public key as PEM; 'monitor audit key' writes"
                                                            + " one")));
        } catch (IOException e) {
            throw OperatorError.environment(
                    "--key: cannot read " + file + " (" + IoReason.of(e) + "); name another file");
        }
    }
}
