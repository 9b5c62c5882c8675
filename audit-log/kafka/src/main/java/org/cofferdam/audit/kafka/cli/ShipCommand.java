package org.cofferdam.audit.kafka.cli;

import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cofferdam.audit.AuditLogException;
import org.cofferdam.audit.kafka.read.KafkaPlace;
import org.cofferdam.audit.kafka.ship.ClientProperties;
import org.cofferdam.audit.kafka.ship.Shipper;
import org.cofferdam.audit.kafka.ship.ShipperOptions;
import org.cofferdam.audit.kafka.ship.ShippingException;
import org.cofferdam.audit.kafka.ship.ShippingException.End;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code monitor ship}: brings a log into Kafka until it is stopped. */
final class ShipCommand implements Callable<Integer> {
    private static final String DEFAULT_AUDIT_DIR = "/var/log/cofferdam";
    private static final String DEFAULT_STATE_DIR = "/var/lib/cofferdam-shipper";
    private static final long STOP_SECONDS = 8;

    private final PrintStream err;
    private final CommandSpec spec;
    private final OptionSpec to =
            value(
                    "kafka://HOST:PORT[,HOST:PORT]",
                    "The brokers, and a topic for blocks behind a slash.",
                    true,
                    "--to");
    private final OptionSpec auditDir =
            value(
                    "DIR",
                    "The audit log's folder (default " + DEFAULT_AUDIT_DIR + ").",
                    false,
                    "--audit-dir");
    private final OptionSpec stateDir =
            value(
                    "DIR",
                    "Where position and counters are left (default " + DEFAULT_STATE_DIR + ").",
                    false,
                    "--state-dir");
    private final OptionSpec config =
            value(
                    "FILE",
                    "Properties of Kafka's clients: TLS, SASL, compression.type and others.",
                    false,
                    "--kafka-config");
    private final OptionSpec events =
            value(
                    "TOPIC",
                    "The topic for events (default "
                            + ShipperOptions.DEFAULT_EVENTS_TOPIC
                            + "); 'none' sends none.",
                    false,
                    "--events-topic");
    private final OptionSpec partitions =
            value(
                    "N",
                    "Partitions of topics that it makes (default "
                            + ShipperOptions.DEFAULT_PARTITIONS
                            + ").",
                    false,
                    "--partitions");
    private final OptionSpec replication =
            value(
                    "N",
                    "Replicas of topics that it makes, and at least of those that are there (default: the brokers').",
                    false,
                    "--replication");
    private final OptionSpec noCreate = flag("Make no topic; both must be there.", "--no-create");
    private final OptionSpec verbose = flag("Show causes and stack traces of errors.", "--verbose");

    ShipCommand(PrintStream err) {
        this.err = err;
        spec = CommandSpec.wrapWithoutInspection(this).name("monitor ship");
        spec.usageMessage()
                .description(
                        "Brings each block of an audit log into a Kafka topic, once and in order, and what happens into"
                                + " another, as events that security tools read. Goes on until it is stopped.")
                .footer(
                        "",
                        "It needs no privileges; run it as a user who may read the log.",
                        "",
                        "Examples:",
                        "  monitor ship --to kafka://127.0.0.1:9092",
                        "  monitor ship --to kafka://one:9093,two:9093 --kafka-config /etc/cofferdam/kafka.properties",
                        "  monitor ship --to kafka://one:9092/audit.blocks --events-topic none --replication 3",
                        "",
                        "Exit codes: 0 stopped, 2 usage, 3 brokers, topics or folders will not do, 4 another shipper has"
                                + " taken over",
                        "or the log is not the one that was shipped, 5 failed.")
                .sortOptions(false);
        spec.addOption(
                OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help and exit.")
                        .build());
        for (OptionSpec option :
                new OptionSpec[] {
                    to,
                    auditDir,
                    stateDir,
                    config,
                    events,
                    partitions,
                    replication,
                    noCreate,
                    verbose
                }) {
            spec.addOption(option);
        }
    }

    CommandSpec spec() {
        return spec;
    }

    private static OptionSpec value(String label, String text, boolean required, String name) {
        return OptionSpec.builder(name)
                .type(String.class)
                .required(required)
                .paramLabel(label)
                .description(text)
                .build();
    }

    private static OptionSpec flag(String text, String name) {
        return OptionSpec.builder(name).type(boolean.class).description(text).build();
    }

    @Override
    public Integer call() {
        CountDownLatch ended = new CountDownLatch(1);
        try {
            Shipper shipper = new Shipper(options(), this::say, Clock.systemUTC());
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stop(shipper, ended), "stop-signal"));
            shipper.run();
            say("stopped");
            return 0;
        } catch (ShippingException | AuditLogException e) {
            say(String.valueOf(e.getMessage()));
            if (Boolean.TRUE.equals(verbose.getValue())) {
                // --verbose asks for it.
                e.printStackTrace(err);
            }
            return e instanceof ShippingException known ? code(known.end()) : code(End.USAGE);
        } finally {
            ended.countDown();
        }
    }

    /** A signal: the JVM waits for this hook, and the main thread may wait for brokers that are away. */
    private static void stop(Shipper shipper, CountDownLatch ended) {
        shipper.stop();
        try {
            boolean inTime = ended.await(STOP_SECONDS, TimeUnit.SECONDS);
            // What was not committed is shipped by the next one, so there is nothing to lose.
            Runtime.getRuntime().halt(inTime ? 0 : code(End.FAILURE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ShipperOptions options() {
        KafkaPlace place = KafkaPlace.parse(text(to).orElse(""));
        if (place.host().isPresent()) {
            throw new ShippingException(
                    End.USAGE, "--to: the host is the log's own; leave ?host= away");
        }
        Map<String, String> client =
                text(config)
                        .map(file -> ClientProperties.read(path("--kafka-config", file)))
                        .orElse(Map.of());
        String eventsTopic = text(events).orElse(ShipperOptions.DEFAULT_EVENTS_TOPIC);
        return new ShipperOptions(
                path("--audit-dir", text(auditDir).orElse(DEFAULT_AUDIT_DIR)),
                path("--state-dir", text(stateDir).orElse(DEFAULT_STATE_DIR)),
                place.bootstrap(),
                place.topic(),
                eventsTopic.equals("none") ? "" : eventsTopic,
                number("--partitions", partitions, ShipperOptions.DEFAULT_PARTITIONS, 1),
                number("--replication", replication, 0, 1),
                !Boolean.TRUE.equals(noCreate.getValue()),
                client);
    }

    private static Path path(String option, String text) {
        try {
            return Path.of(text).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new ShippingException(End.USAGE, option + ": \"" + text + "\" is not a path", e);
        }
    }

    private static int number(String name, OptionSpec option, int otherwise, int least) {
        Optional<String> text = text(option);
        if (text.isEmpty()) {
            return otherwise;
        }
        int value = text.get().matches("[0-9]{1,4}") ? Integer.parseInt(text.get()) : -1;
        if (value < least) {
            throw new ShippingException(
                    End.USAGE,
                    name + ": \"" + text.get() + "\" is not a number from " + least + " to 9999");
        }
        return value;
    }

    private static Optional<String> text(OptionSpec option) {
        @Nullable String value = option.getValue();
        return Optional.ofNullable(value);
    }

    private static int code(End end) {
        return switch (end) {
            case USAGE -> 2;
            case ENVIRONMENT -> 3;
            case REFUSED -> 4;
            case FAILURE -> 5;
        };
    }

    private void say(String line) {
        err.println("shipper: " + line);
    }
}
