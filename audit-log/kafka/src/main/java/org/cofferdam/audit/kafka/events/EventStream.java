package org.cofferdam.audit.kafka.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.cofferdam.audit.format.BlockHeader;
import org.cofferdam.audit.format.BlockImage;
import org.cofferdam.audit.ocsf.OcsfContext;
import org.cofferdam.audit.ocsf.OcsfEvent;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingFormat;
import org.cofferdam.audit.read.LogOrigin;
import org.cofferdam.audit.read.RecordParser;
import org.jspecify.annotations.Nullable;

/**
 * Events out of the blocks of one log, in their order. One thread.
 *
 * <p>A crossing that is no packet burst, the log's own checkpoints among them, is one event. Bursts come out as sums.
 */
public final class EventStream {
    private static final JsonFactory JSON = new JsonFactory();

    private final LogOrigin origin;
    private final String source;
    private final RecordParser parser = new RecordParser();
    private final PacketSums sums = new PacketSums();
    private @Nullable BlockHeader newest;

    /** Events of a log. */
    public EventStream(LogOrigin origin, String logId) {
        this.origin = origin;
        this.source =
                "/cofferdam/"
                        + URLEncoder.encode(origin.host(), StandardCharsets.UTF_8)
                        + "/"
                        + logId;
    }

    /** Reads a block only for the names of sources in it: its events, and its part of sums, went out before. */
    public void learn(BlockImage block) {
        var _ = parser.parse(block.header(), block.payload(), (crossing, at) -> {});
    }

    /** Reads a block whose events went out, and whose bursts are part of a sum that did not. */
    public void resume(BlockImage block) {
        read(block, event -> {});
    }

    /** The events that a block brings, in the order of its records. */
    public void read(BlockImage block, Consumer<CloudEvent> to) {
        BlockHeader header = block.header();
        newest = header;
        OcsfContext context = OcsfContext.of(origin, header);
        // What is wrong with a payload, the verifier names; the records before that are events.
        var _ =
                parser.parse(
                        header,
                        block.payload(),
                        (crossing, at) -> {
                            if (crossing.burst().isPresent() && crossing.type().isPresent()) {
                                sums.add(
                                        header,
                                        crossing,
                                        crossing.type().get(),
                                        crossing.burst().get());
                            } else {
                                to.accept(event(crossing, context));
                            }
                        });
        if (sums.isOverWith(header)) {
            flush(to);
        }
    }

    /** Brings the sums out as they are: nothing came for a while, so whoever watches need not wait. */
    public void flush(Consumer<CloudEvent> to) {
        BlockHeader header = newest;
        if (header != null) {
            OcsfContext context = OcsfContext.of(origin, header);
            sums.take().forEach(sum -> to.accept(event(sum, context)));
        }
    }

    /** The first block with bursts that are in no event yet. */
    public OptionalLong openSince() {
        return sums.firstBlock();
    }

    private CloudEvent event(Crossing c, OcsfContext context) {
        return new CloudEvent(
                OcsfEvent.uid(c, context),
                source,
                CloudEvent.TYPE_PREFIX + c.typeName().toLowerCase(Locale.ROOT),
                c.sourceName(),
                CrossingFormat.instant(c.time()).toString(),
                context.block(),
                json(generator -> OcsfEvent.write(c, context, generator)));
    }

    private CloudEvent event(PacketSums.Sum sum, OcsfContext context) {
        String id =
                context.logId()
                        + "/"
                        + Long.toUnsignedString(sum.traffic().run())
                        + "/"
                        + sum.source()
                        + "/traffic/"
                        + Long.toUnsignedString(sum.firstSequence());
        return new CloudEvent(
                id,
                source,
                CloudEvent.TYPE_PREFIX
                        + "traffic."
                        + sum.traffic().type().name().toLowerCase(Locale.ROOT),
                sum.traffic().sourceName(),
                CrossingFormat.instant(sum.traffic().from()).toString(),
                context.block(),
                json(generator -> OcsfEvent.writeTraffic(sum.traffic(), id, context, generator)));
    }

    private interface Body {
        void write(JsonGenerator generator) throws IOException;
    }

    private static byte[] json(Body body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator generator = JSON.createGenerator(out)) {
            body.write(generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail so
        }
        return out.toByteArray();
    }
}
