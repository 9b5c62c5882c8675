package org.cofferdam.monitor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.cofferdam.monitor.json.JsonTree;
import org.cofferdam.monitor.pci.Assignability;
import org.cofferdam.monitor.pci.FakeMachine;
import org.cofferdam.monitor.pci.PciBus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CardListTest {
    @TempDir Path dir;

    @Test
    void theTableSaysOfEachCardWhetherAndWhyNot() {
        assertEquals(
                """
                ADDRESS       ID         MODEL     DRIVER      GROUP  INTERFACE        ASSIGNABLE
                0000:03:00.0  8086:10d3  82574L    e1000e          7  eth9             yes
                0001:00:04.0  10ec:8168  -         -               -  -                no
                  the IOMMU is off, so the card could reach all memory; enable VT-d or AMD-Vi in the firmware and boot \
                with intel_iommu=on
                """,
                list(machine()).text());
    }

    @Test
    void jsonHasTheSame() throws IOException {
        List<JsonTree> cards = JsonTree.parse(list(machine()).json()).items();
        assertEquals(2, cards.size());
        JsonTree first = cards.get(0);
        assertEquals("0000:03:00.0", first.get("address").text());
        assertEquals("8086:10d3", first.get("id").text());
        assertEquals("82574L", first.get("model").text());
        assertEquals("e1000e", first.get("driver").text());
        assertEquals(7, first.get("group").number());
        assertEquals("eth9", first.get("netdevs").items().getFirst().text());
        assertTrue(first.get("assignable").flag());
        JsonTree second = cards.get(1);
        assertEquals(false, second.get("assignable").flag());
        assertEquals(false, second.has("driver") || second.has("group") || second.has("model"));
        assertEquals("linux", second.get("image").text());
        assertTrue(second.get("reason").text().contains("IOMMU"));
        assertTrue(second.get("cure").text().contains("boot with"));
        assertEquals(3, second.get("exitCode").number());
    }

    @Test
    void aMachineWithoutPciHasNoCard() {
        CardList none = list(FakeMachine.bare(dir));
        assertEquals("no Ethernet card on the PCI bus\n", none.text());
        assertEquals("[]\n", none.json());
    }

    @Test
    void theCommandWorksOnWhateverMachineThisIs() {
        CommandRun text = CommandRun.of("devices");
        assertEquals(0, text.exitCode(), text.err());
        CommandRun json = CommandRun.of("devices", "-o", "json");
        assertEquals(0, json.exitCode(), json.err());
        assertTrue(json.out().startsWith("["), json.out());
    }

    private FakeMachine machine() {
        return FakeMachine.withCard(dir)
                .device("0001:00:04.0", "10ec:8168", FakeMachine.ETHERNET)
                .device("0000:00:1f.2", "8086:2922", 0x010601);
    }

    private static CardList list(FakeMachine machine) {
        return CardList.of(
                new PciBus(machine.files()), new Assignability(machine.files(), module -> true));
    }
}
