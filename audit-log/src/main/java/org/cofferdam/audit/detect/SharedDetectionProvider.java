package org.cofferdam.audit.detect;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/** Joins groups of detectors at places of one scheme; found by {@link ServiceLoader}, so that who needs none has none. */
public interface SharedDetectionProvider {
    /** The scheme that it serves, as in {@code kafka} of {@code kafka://broker:9092/topic}. */
    String scheme();

    /**
     * Joins a group.
     *
     * @param place the whole address
     * @param properties what the operator gave besides, by name; for Kafka its client properties
     * @param group the group's name
     * @param alerts told of each alert that this member raises; one that was not committed before the member ended is
     *     raised by its successor again, with the same identity
     * @throws org.cofferdam.audit.AuditLogException with one sentence if the place cannot be used
     */
    SharedDetection join(
            URI place,
            Map<String, String> properties,
            String group,
            Rules rules,
            Consumer<Alert> alerts);

    /** The provider for a scheme, if one is on the class path. */
    static Optional<SharedDetectionProvider> of(String scheme) {
        for (SharedDetectionProvider provider : ServiceLoader.load(SharedDetectionProvider.class)) {
            if (provider.scheme().equals(scheme)) {
                return Optional.of(provider);
            }
        }
        return Optional.empty();
    }
}
