package org.cofferdam.audit.kafka.detect;

import java.net.URI;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.AuditLogException.Problem;
import org.cofferdam.audit.detect.Alert;
import org.cofferdam.audit.detect.Rules;
import org.cofferdam.audit.detect.SharedDetection;
import org.cofferdam.audit.detect.SharedDetectionProvider;
import org.cofferdam.audit.kafka.read.KafkaPlace;
import org.cofferdam.audit.kafka.ship.ClientProperties;
import org.cofferdam.audit.kafka.ship.ShippingException;

/** Joins a group of detectors at {@code kafka://…}. */
public final class DetectorGroupProvider implements SharedDetectionProvider {
    /** For {@link java.util.ServiceLoader}. */
    public DetectorGroupProvider() {}

    @Override
    public String scheme() {
        return "kafka";
    }

    @Override
    public SharedDetection join(
            URI place,
            Map<String, String> properties,
            String group,
            Rules rules,
            Consumer<Alert> alerts) {
        KafkaPlace wanted = KafkaPlace.parse(place);
        if (!group.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new AuditLogException(
                    Problem.NO_LOG,
                    "\"" + group + "\" is no name of a group: letters, digits, dots and dashes");
        }
        try {
            return DetectorGroup.join(
                    wanted,
                    new ClientProperties(wanted.bootstrap(), properties),
                    group,
                    rules,
                    alerts);
        } catch (ShippingException e) {
            throw new AuditLogException(Problem.IO, String.valueOf(e.getMessage()));
        } catch (KafkaException e) {
            throw new AuditLogException(
                    Problem.IO,
                    "the group "
                            + group
                            + " on "
                            + wanted.bootstrap()
                            + " cannot be joined ("
                            + e.getClass().getSimpleName()
                            + ": "
                            + e.getMessage()
                            + ")");
        }
    }
}
