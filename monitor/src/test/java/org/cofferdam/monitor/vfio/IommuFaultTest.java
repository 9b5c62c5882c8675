package org.cofferdam.monitor.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IommuFaultTest {
    @Test
    void aReadThatTheIntelIommuRefusedNamesDeviceAddressAndDirection() {
        IommuFault fault =
                IommuFault.parse(
                                "DMAR: [DMA Read NO_PASID] Request device [03:00.0] fault addr 0x55550000"
                                        + " [fault reason 0x06] PTE Read access is not set")
                        .orElseThrow();
        assertEquals("03:00.0", fault.device());
        assertEquals(0x5555_0000L, fault.address());
        assertFalse(fault.isWrite());
        assertFalse(fault.isInterrupt());
        assertEquals(6, fault.reason());
        assertEquals(0x0300, fault.requester());
    }

    @Test
    void anInterruptThatWasNotRemappedNamesItsIndex() {
        IommuFault fault =
                IommuFault.parse(
                                "DMAR: [INTR-REMAP] Request device [03:00.1] fault index 0x1f [fault reason"
                                        + " 0x25] Blocked a compatibility format interrupt request")
                        .orElseThrow();
        assertTrue(fault.isInterrupt());
        assertEquals(0x1f, fault.address());
        assertEquals(0x0301, fault.requester());
    }

    @Test
    void aRequesterOfAllOnesIsNobody() {
        IommuFault fault =
                IommuFault.parse(
                                "DMAR: [INTR-REMAP] Request device [ff:1f.7] fault index 0x80 [fault reason"
                                        + " 0x22] Present field in the IRTE entry is clear")
                        .orElseThrow();
        assertTrue(fault.isOfNobody());
        assertEquals(0x22, fault.reason());
    }

    @Test
    void aWriteThatTheAmdIommuRefusedIsReadLikewise() {
        IommuFault fault =
                IommuFault.parse(
                                "vfio-pci 0000:03:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000e"
                                        + " address=0xfffffffffffff000 flags=0x0020]")
                        .orElseThrow();
        assertEquals("03:00.0", fault.device());
        assertEquals(-4096L, fault.address());
        assertTrue(fault.isWrite());
    }

    @Test
    void faultsThatTheKernelKeptToItselfAreCounted() {
        assertEquals(12, IommuFault.suppressed("dmar_fault: 12 callbacks suppressed"));
        assertEquals(0, IommuFault.suppressed("net_ratelimit: 12 callbacks suppressed"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "DMAR: DRHD: handling fault status reg 2",
                "DMAR: [DMA Read] Request device [03:00.9] fault addr 0x1 [fault reason 0x06] x",
                "DMAR: [DMA Read] Request device [03:00.0] fault addr 0x11112222333344445 [fault reason 0x06] x",
                "x DMAR: [DMA Read] Request device [03:00.0] fault addr 0x1 [fault reason 0x06] x"
            })
    void whatIsNoFaultIsNone(String line) {
        assertTrue(IommuFault.parse(line).isEmpty());
    }
}
