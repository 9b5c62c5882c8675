package org.cofferdam.monitor.card;

import static org.cofferdam.monitor.card.Registers.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The registers that trap: access rules, reset, link, interrupts, EEPROM, PHY, semaphores. */
final class EmulatedNicRegisterTest {
    @ParameterizedTest
    @EnumSource(CardModel.class)
    void resetBringsDefaultsAndTheAddressOfTheEeprom(CardModel model) {
        try (MockDriver d = new MockDriver(model)) {
            d.write(RAL, 0x1234);
            d.write(MTA + 8, 7);
            d.write(RCTL, RCTL_UPE);
            d.write(IMS, 0xff);
            d.page(RX_RING, 99);
            d.write(CTRL, CTRL_RST | CTRL_SLU);
            assertEquals(0x1200_5452, d.read(RAL));
            assertEquals(RAH_VALID | 0x5634, d.read(RAL + 4));
            assertEquals(0, d.read(MTA + 8));
            assertEquals(0, d.read(RCTL));
            assertEquals(0, d.read(IMS));
            assertEquals(0, d.page(RX_RING));
            assertEquals(0, d.read(CTRL) & (CTRL_RST | CTRL_SLU));
            assertEquals(List.of("reset by domain"), d.events.take());
        }
    }

    @Test
    void linkNeedsCarrierAndSetLinkUp() {
        try (MockDriver d = new MockDriver(CardModel.I82574L)) {
            assertEquals(0x0008_0281, d.read(STATUS));
            d.write(IMS, ICR_LSC);
            d.write(CTRL, CTRL_SLU | CTRL_FD);
            assertEquals(0x0008_0283, d.read(STATUS));
            assertTrue(d.nic.interruptAsserted());
            assertEquals(ICR_ASSERTED | ICR_LSC, d.read(ICR));
            d.wire.carrier(false);
            d.work(); // the first pass looks
            assertFalse(d.nic.linkUp());
            assertEquals(ICR_ASSERTED | ICR_LSC, d.read(ICR));
            d.wire.carrier(true);
            d.work(); // within the same second: not looked at
            assertFalse(d.nic.linkUp());
            d.secondsPass(1);
            d.work();
            assertTrue(d.nic.linkUp());
            assertEquals(
                    List.of(
                            "interrupt 4",
                            "link up",
                            "interrupt 4",
                            "link down",
                            "interrupt 4",
                            "link up"),
                    d.events.take());
        }
    }

    @Test
    void interruptIsRaisedOncePerTransition() {
        try (MockDriver d = new MockDriver(CardModel.I82540EM)) {
            int[] raised = {0};
            d.nic.onInterrupt(() -> raised[0]++);
            d.write(ICS, ICR_RXT0);
            assertEquals(0, raised[0]);
            d.write(IMS, ICR_RXT0 | ICR_LSC);
            assertEquals(1, raised[0]);
            d.write(ICS, ICR_LSC);
            assertEquals(1, raised[0]);
            d.write(IMC, ICR_RXT0 | ICR_LSC);
            assertFalse(d.nic.interruptAsserted());
            d.write(IMS, ICR_RXT0);
            assertEquals(2, raised[0]);
            assertEquals(ICR_RXT0 | ICR_LSC, d.read(ICR)); // the 82540EM has no bit 31
            assertFalse(d.nic.interruptAsserted());
            assertEquals(0, d.read(ICR));
        }
    }

    @Test
    void storeToIcrClearsOnlyItsBits() {
        try (MockDriver d = new MockDriver(CardModel.I82574L)) {
            d.write(ICS, ICR_RXT0 | ICR_TXDW);
            d.write(ICR, ICR_RXT0);
            assertEquals(ICR_TXDW, d.read(ICR));
        }
    }

    @Test
    void autoMaskTakesEffectOnlyWithIame() {
        try (MockDriver d = new MockDriver(CardModel.I82574L)) {
            d.write(IAM, ~0);
            d.write(IMS, ICR_RXT0);
            d.write(ICS, ICR_RXT0);
            d.read(ICR);
            assertEquals(ICR_RXT0, d.read(IMS));
            d.write(CTRL_EXT, CTRL_EXT_IAME);
            d.write(ICS, ICR_RXT0);
            d.read(ICR);
            assertEquals(0, d.read(IMS));
        }
    }

    @Test
    void onlyAlignedAccessesOf32BitsAreAnswered() {
        try (MockDriver d = new MockDriver(CardModel.I82574L)) {
            assertEquals(-1, d.nic.readRegister(STATUS, 1));
            assertEquals(-1, d.nic.readRegister(STATUS, 2));
            assertEquals(-1, d.nic.readRegister(STATUS, 8));
            assertEquals(-1, d.nic.readRegister(STATUS + 2, 4));
            assertEquals(-1, d.nic.readRegister(-4, 4));
            assertEquals(-1, d.nic.readRegister(AssignedNic.BAR_BYTES, 4));
            d.nic.writeRegister(CTRL, 8, CTRL_SLU);
            assertEquals(0, d.read(CTRL) & CTRL_SLU);
            assertEquals(7, d.nic.refusedAccesses());
            assertEquals("register 8/1 0 NOT_ALIGNED_32_BIT", d.events.lines().get(0));
            assertEquals("register fffffffffffffffc/4 0 OUTSIDE_BAR", d.events.lines().get(4));
        }
    }

    @Test
    void reservedRegistersReadZeroAndTakeNothing() {
        try (MockDriver d = new MockDriver(CardModel.I82540EM)) {
            for (int register : new int[] {0x0004, 0x1f00, 0x5ffc, 0x8000, 0x1_fffc, IAM, SWSM}) {
                d.write(register, ~0);
                assertEquals(0, d.read(register), Integer.toHexString(register));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CardModel.class)
    void eepromHoldsTheAddressAndSumsToItsMagic(CardModel model) {
        try (MockDriver d = new MockDriver(model)) {
            int sum = 0;
            for (int i = 0; i < 64; i++) {
                sum += eerd(d, model, i);
            }
            assertEquals(0xbaba, sum & 0xffff);
            assertEquals(0x5452, eerd(d, model, 0));
            assertEquals(0x1200, eerd(d, model, 1));
            assertEquals(0x5634, eerd(d, model, 2));
            assertEquals(model.deviceId(), eerd(d, model, 0x0d));
            d.write(EECD, 1 << 6);
            assertEquals(1 << 6 | 1 << 7 | 1 << 8, d.read(EECD) & 0x1c0); // request, grant, present
        }
    }

    private static int eerd(MockDriver d, CardModel model, int word) {
        boolean express = model == CardModel.I82574L;
        d.write(EERD, 1 | word << (express ? 2 : 8));
        int value = d.read(EERD);
        assertTrue((value & (express ? 2 : 16)) != 0, "not done");
        return value >>> 16;
    }

    @Test
    void eepromPinsReadTheSameWords() {
        try (MockDriver d = new MockDriver(CardModel.I82540EM)) {
            for (int word = 0; word < 64; word++) {
                d.write(EECD, 0);
                pins(d, 0b110, 3);
                pins(d, word, 6);
                int value = 0;
                for (int i = 0; i < 16; i++) {
                    d.write(EECD, 2 | 1);
                    value = value << 1 | (d.read(EECD) >> 3 & 1);
                    d.write(EECD, 2);
                }
                assertEquals(eerd(d, CardModel.I82540EM, word), value, "word " + word);
            }
        }
    }

    private static void pins(MockDriver d, int bits, int count) {
        for (int i = count - 1; i >= 0; i--) {
            int in = (bits >> i & 1) << 2;
            d.write(EECD, 2 | in);
            d.write(EECD, 2 | in | 1);
            d.write(EECD, 2 | in);
        }
    }

    @ParameterizedTest
    @EnumSource(CardModel.class)
    void phyTellsAGigabitLinkOnceThereIsACarrier(CardModel model) {
        try (MockDriver d = new MockDriver(model)) {
            d.work();
            assertEquals(model.phyId() >>> 16, mdic(d, 2));
            assertEquals(model.phyId() & 0xffff, mdic(d, 3));
            assertEquals(0x24, mdic(d, 1) & 0x24); // link, negotiation complete
            assertEquals(0xac00, mdic(d, 17)); // 1000, full duplex, resolved, link
            d.wire.carrier(false);
            d.secondsPass(1);
            d.work();
            assertEquals(0, mdic(d, 1) & 0x24);
            d.write(MDIC, 2 << 26 | 5 << 21 | 1 << 16); // another PHY address
            assertTrue((d.read(MDIC) & 1 << 30) != 0);
        }
    }

    private static int mdic(MockDriver d, int register) {
        d.write(MDIC, 2 << 26 | 1 << 21 | register << 16);
        int value = d.read(MDIC);
        assertTrue((value & 1 << 28) != 0, "not ready");
        assertEquals(0, value & 1 << 30);
        return value & 0xffff;
    }

    @Test
    void phyRegistersKeepWhatIsWrittenAndResetClearsItself() {
        try (MockDriver d = new MockDriver(CardModel.I82574L)) {
            d.write(IMS, ICR_MDAC);
            d.write(MDIC, 1 << 29 | 1 << 26 | 1 << 21 | 9 << 16 | 0x0300);
            assertTrue(d.nic.interruptAsserted());
            assertEquals(0x0300, mdic(d, 9));
            d.write(MDIC, 1 << 26 | 1 << 21 | 0x9340);
            assertEquals(0x1140, mdic(d, 0));
        }
    }

    @Test
    void softwareSemaphoreIsTakenByReading() {
        try (MockDriver d = new MockDriver(CardModel.I82574L)) {
            assertEquals(0, d.read(SWSM) & 1);
            assertEquals(1, d.read(SWSM) & 1);
            d.write(SWSM, 2);
            assertEquals(2, d.read(SWSM));
            d.write(EXTCNF_CTRL, 1 << 5);
            assertEquals(1 << 5, d.read(EXTCNF_CTRL));
        }
    }

    @Test
    void masterDisableStopsAllDma() {
        try (MockDriver d = MockDriver.started(CardModel.I82574L)) {
            d.write(CTRL, CTRL_SLU | CTRL_GIO_MASTER_DISABLE);
            assertEquals(0, d.read(STATUS) & STATUS_GIO_MASTER);
            d.wire.deliver(Frames.plain(MockDriver.MAC, 100));
            d.send(Frames.plain(MockDriver.PEER, 100));
            assertEquals(0, d.work());
            d.write(CTRL, CTRL_SLU);
            assertTrue(d.work() > 0);
            assertEquals(1, d.received().size());
        }
    }
}
