package org.cofferdam.audit.ocsf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.audit.PacketVerdict;
import org.cofferdam.audit.format.BlockHash;
import org.cofferdam.audit.read.Crossing;
import org.cofferdam.audit.read.CrossingMaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OcsfEventTest {
    // 2026-11-22T19:55:14.000000007Z
    private static final long TIME = 1_795_377_314_000_000_007L;
    private static final OcsfContext CONTEXT =
            new OcsfContext("host", 1, 2, 17, new BlockHash(1, 2, 3, 4), new BlockHash(5, 6, 7, 8));
    private static final Set<CrossingType> BURSTS =
            Set.of(
                    CrossingType.BURST_IN,
                    CrossingType.BURST_OUT,
                    CrossingType.TAP_IN,
                    CrossingType.TAP_OUT);

    /** What the schema, version 1.9.0, requires of every event. */
    private static final List<String> BASE =
            List.of(
                    "activity_id",
                    "category_uid",
                    "class_uid",
                    "metadata",
                    "severity_id",
                    "time",
                    "type_uid");

    /** What it requires besides, by class. */
    private static final Map<Integer, List<String>> REQUIRED =
            Map.ofEntries(
                    Map.entry(0, List.of()),
                    Map.entry(1003, List.of("actor", "device", "kernel")),
                    Map.entry(1004, List.of("actor", "device", "process")),
                    Map.entry(1005, List.of("actor", "device", "module")),
                    Map.entry(1007, List.of("actor", "device", "process")),
                    Map.entry(1008, List.of("log_name")),
                    Map.entry(2004, List.of("finding_info")),
                    Map.entry(3004, List.of("entity")),
                    Map.entry(4001, List.of()),
                    Map.entry(6002, List.of("app")),
                    Map.entry(6003, List.of("actor", "api", "src_endpoint")));

    /** The activities that each class has; 99 is always there. */
    private static final Map<Integer, Integer> LAST_ACTIVITY =
            Map.ofEntries(
                    Map.entry(0, 0),
                    Map.entry(1003, 4),
                    Map.entry(1004, 9),
                    Map.entry(1005, 3),
                    Map.entry(1007, 5),
                    Map.entry(1008, 10),
                    Map.entry(2004, 3),
                    Map.entry(3004, 13),
                    Map.entry(4001, 7),
                    Map.entry(6002, 8),
                    Map.entry(6003, 4));

    private static Crossing sample(CrossingType type) {
        return BURSTS.contains(type)
                ? CrossingMaker.burst(type, TIME, 3, 0, 2)
                : CrossingMaker.sample(type, TIME);
    }

    private static Map<String, Object> event(Crossing c) {
        return JsonMap.of(OcsfEvent.json(c, CONTEXT));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> in(Map<String, Object> event, String name) {
        return (Map<String, Object>) assertInstanceOf(Map.class, event.get(name), name);
    }

    private static int number(Map<String, Object> event, String name) {
        return Math.toIntExact(assertInstanceOf(Long.class, event.get(name), name));
    }

    @ParameterizedTest
    @EnumSource(CrossingType.class)
    void everyTypeHasALineAndWhatItsClassRequires(CrossingType type) {
        assertNotEquals(
                OcsfMapping.UNKNOWN, OcsfMapping.of(Optional.of(type)), "no line in the table");
        Map<String, Object> event = event(sample(type));
        int kind = number(event, "class_uid");
        for (String name : BASE) {
            assertNotNull(event.get(name), name);
        }
        for (String name : REQUIRED.getOrDefault(kind, List.of("no such class"))) {
            assertNotNull(event.get(name), name);
        }
        if (kind == 4001) {
            assertTrue(event.containsKey("src_endpoint") || event.containsKey("dst_endpoint"));
        }
        int activity = number(event, "activity_id");
        assertTrue(
                activity == 99 || activity <= LAST_ACTIVITY.getOrDefault(kind, -1),
                "activity " + activity);
        assertEquals(kind / 1000, number(event, "category_uid"));
        assertEquals(100 * kind + activity, number(event, "type_uid"));
        assertTrue(number(event, "severity_id") >= 1);
        assertEquals("1.9.0", in(event, "metadata").get("version"));
        assertNotNull(in(event, "metadata").get("product"));
        assertEquals(type.name(), in(event, "metadata").get("event_code"));
    }

    @Test
    void timesAreMillisecondsAndTheExactOnesAreKept() {
        Map<String, Object> event =
                event(
                        CrossingMaker.plain(
                                CrossingType.DOORBELL.code(),
                                17,
                                TIME,
                                TIME + 3_200_000,
                                "",
                                4,
                                1));
        assertEquals(1_795_377_314_000L, event.get("time"));
        assertEquals(1_795_377_314_000L, event.get("start_time"));
        assertEquals(1_795_377_314_003L, event.get("end_time"));
        assertEquals(17L, event.get("count"));
        assertEquals(TIME, in(event, "unmapped").get("time_ns"));
        assertEquals(TIME + 3_200_000, in(event, "unmapped").get("last_time_ns"));
        assertFalse(event(sample(CrossingType.FAULT)).containsKey("start_time"));
    }

    @Test
    void aCallNamesItsCallerMethodAndWhetherHeMay() {
        Map<String, Object> may =
                event(
                        CrossingMaker.plain(
                                CrossingType.CONTROL.code(),
                                1,
                                TIME,
                                TIME,
                                "DELETE /v1/guests/web",
                                1000,
                                100,
                                4242,
                                0));
        assertEquals(6003, number(may, "class_uid"));
        assertEquals(4, number(may, "activity_id"));
        assertEquals("1000", in(in(may, "actor"), "user").get("uid"));
        assertEquals(4242L, in(in(may, "actor"), "process").get("pid"));
        assertEquals("DELETE /v1/guests/web", in(may, "api").get("operation"));
        assertEquals(1, number(may, "status_id"));
        Map<String, Object> mayNot =
                event(
                        CrossingMaker.plain(
                                CrossingType.CONTROL_REFUSED.code(),
                                1,
                                TIME,
                                TIME,
                                "POST /v1/stop",
                                1000,
                                100,
                                4242));
        assertEquals(1, number(mayNot, "activity_id"));
        assertEquals(2, number(mayNot, "status_id"));
        assertEquals(26, number(mayNot, "disposition_id"));
        assertEquals(4, number(mayNot, "severity_id"));
    }

    @Test
    void aBurstsOutcomeIsThatOfItsVerdicts() {
        Map<String, Object> well = event(CrossingMaker.burst(CrossingType.BURST_IN, TIME, 3, 0, 1));
        Map<String, Object> mixed =
                event(CrossingMaker.burst(CrossingType.BURST_OUT, TIME, 3, 0, 6));
        Map<String, Object> spoofed =
                event(
                        CrossingMaker.burst(
                                CrossingType.BURST_IN,
                                TIME,
                                3,
                                PacketVerdict.DROP_SPOOFED_MAC.code()));
        assertEquals(
                List.of(1, 99, 6),
                List.of(
                        number(well, "disposition_id"),
                        number(mixed, "disposition_id"),
                        number(spoofed, "disposition_id")));
        assertEquals(
                List.of(1, 2, 3),
                List.of(
                        number(well, "severity_id"),
                        number(mixed, "severity_id"),
                        number(spoofed, "severity_id")));
        assertEquals("3", in(well, "src_endpoint").get("interface_uid"));
        assertEquals("3", in(mixed, "dst_endpoint").get("interface_uid"));
        assertEquals(Map.of("packets", 2L, "bytes", 120L), in(well, "traffic"));
        assertEquals(Map.of("drop_spoofed_mac", 1L), in(in(spoofed, "unmapped"), "verdicts"));
    }

    @Test
    void theChainIsInTheEvent() {
        Map<String, Object> event = event(sample(CrossingType.FAULT));
        @SuppressWarnings("unchecked")
        Map<String, Object> attestation =
                (Map<String, Object>)
                        assertInstanceOf(List.class, event.get("attestation_list")).get(0);
        String log = "01000000000000000200000000000000";
        assertEquals(log, attestation.get("chain_uid"));
        assertEquals("host", attestation.get("authority_uid"));
        assertEquals(CONTEXT.hash().hex(), in(attestation, "fingerprint").get("value"));
        Map<String, Object> previous = in(attestation, "prev_event");
        assertEquals(log + "/block/16", previous.get("uid"));
        assertEquals(CONTEXT.previous().hex(), in(previous, "fingerprint").get("value"));
        assertEquals(log + "/3/7/42", in(event, "metadata").get("uid"));
        assertEquals(42L, in(event, "metadata").get("sequence"));
    }

    @Test
    void aTypeOrFieldsNotKnownAndHostileTextsAreStillOneEvent() {
        Map<String, Object> event =
                event(CrossingMaker.plain(0x7777, 1, -1, -1, "a\u001b[31m\u202eb\n\"", -1, 2));
        assertEquals(0, number(event, "class_uid"));
        assertEquals(-1L, event.get("time"));
        assertEquals("a\\u001b[31m\\u202eb\\u000a\\u0022", in(event, "unmapped").get("text"));
        assertEquals("0xffffffffffffffff", in(in(event, "unmapped"), "fields").get("f0"));
        List<String> lines = new ArrayList<>();
        for (CrossingType type : CrossingType.values()) {
            // As short as a record of a version before it got its fields.
            lines.add(
                    OcsfEvent.json(
                            CrossingMaker.plain(type.code(), 1, 0, 0, "x\u0000\u0085"), CONTEXT));
        }
        for (String line : lines) {
            assertTrue(line.chars().allMatch(ch -> ch >= 0x20 && ch < 0x7f), line);
            assertNotNull(JsonMap.of(line).get("class_uid"));
        }
    }

    @Test
    void aSumOfBurstsIsOneNetworkActivity() throws IOException {
        OcsfTraffic sum =
                new OcsfTraffic(
                        CrossingType.BURST_IN,
                        3,
                        1,
                        "switch",
                        TIME,
                        TIME + 999_000_000,
                        12,
                        300,
                        18_000,
                        Map.of(0, 290L, 4, 10L));
        StringWriter out = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            OcsfEvent.writeTraffic(sum, "log/traffic/1", CONTEXT, json);
        }
        Map<String, Object> event = JsonMap.of(out.toString());
        for (String name : BASE) {
            assertNotNull(event.get(name), name);
        }
        assertEquals(400_106, number(event, "type_uid"));
        assertEquals(12L, event.get("count"));
        assertEquals(Map.of("packets", 300L, "bytes", 18_000L), in(event, "traffic"));
        assertEquals(
                Map.of("forwarded", 290L, "drop_rate", 10L), in(in(event, "unmapped"), "verdicts"));
        assertEquals("log/traffic/1", in(event, "metadata").get("uid"));
    }
}
