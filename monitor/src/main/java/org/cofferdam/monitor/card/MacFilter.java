package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Which frames of the wire are for this card: exact addresses, the multicast hash table, broadcast,
 * promiscuous modes, VLANs (DS 7.1.1, SDM 3.2.1 and 13.5).
 */
final class MacFilter {
    /** Pairs RAL, RAH. */
    static final int ENTRIES = 16;

    /** What the filter says of a frame. */
    enum Verdict {
        /** Not for this card. */
        REJECTED,
        /** An exact address, broadcast or a promiscuous mode took it. */
        ACCEPTED,
        /** Only the hash table took it: the driver must look at the address itself (status PIF). */
        ACCEPTED_BY_HASH
    }

    static final long BROADCAST = 0xffff_ffff_ffffL;

    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort BIG_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final RegisterFile registers;

    MacFilter(RegisterFile registers) {
        this.registers = registers;
    }

    /** The destination of a frame, first byte lowest, as RAL and RAH hold addresses. */
    static long destination(MemorySegment memory, long offset) {
        // Four and three bytes that overlap in one: a frame has at least 14.
        return (memory.get(INT, offset) & 0xffff_ffffL)
                | (memory.get(INT, offset + 2) & 0xffff_0000L) << 16;
    }

    static boolean isMulticast(long mac) {
        return (mac & 1) != 0;
    }

    /** Judges a frame by its destination and its VLAN tag. */
    Verdict judge(MemorySegment memory, long offset) {
        long mac = destination(memory, offset);
        Verdict verdict = byAddress(mac);
        if (verdict != Verdict.REJECTED
                && registers.has(Registers.RCTL, Registers.RCTL_VFE)
                && !vlanPasses(memory, offset)) {
            return Verdict.REJECTED;
        }
        return verdict;
    }

    private Verdict byAddress(long mac) {
        int control = registers.get(Registers.RCTL);
        if (isMulticast(mac)) {
            boolean broadcast = mac == BROADCAST && (control & Registers.RCTL_BAM) != 0;
            if (broadcast || (control & Registers.RCTL_MPE) != 0) {
                return Verdict.ACCEPTED;
            }
        } else if ((control & Registers.RCTL_UPE) != 0) {
            return Verdict.ACCEPTED;
        }
        for (int i = 0; i < ENTRIES; i++) {
            int high = registers.get(Registers.RAL + 8 * i + 4);
            // AV set, and AS (bits 17:16) 0: compare with destinations.
            if ((high & (Registers.RAH_VALID | 0x3_0000)) == Registers.RAH_VALID) {
                long low = registers.get(Registers.RAL + 8 * i) & 0xffff_ffffL;
                if (((high & 0xffffL) << 32 | low) == mac) {
                    return Verdict.ACCEPTED;
                }
            }
        }
        return isMulticast(mac) && inHashTable(mac, control)
                ? Verdict.ACCEPTED_BY_HASH
                : Verdict.REJECTED;
    }

    private boolean inHashTable(long mac, int control) {
        // RCTL.MO chooses 12 bits of the address: [47:36], [46:35], [45:34] or [43:32].
        int shift =
                switch (control >> Registers.RCTL_MO_SHIFT & 3) {
                    case 0 -> 36;
                    case 1 -> 35;
                    case 2 -> 34;
                    default -> 32;
                };
        int hash = (int) (mac >> shift) & 0xfff;
        return registers.has(Registers.MTA + 4 * (hash >> 5), 1 << (hash & 31));
    }

    private boolean vlanPasses(MemorySegment memory, long offset) {
        int type = memory.get(BIG_SHORT, offset + 12) & 0xffff;
        if (type != registers.get(Registers.VET)) {
            return true;
        }
        int tag = memory.get(BIG_SHORT, offset + 14) & 0xffff;
        if (registers.has(Registers.RCTL, Registers.RCTL_CFIEN)
                && (tag >> 12 & 1) != (registers.has(Registers.RCTL, Registers.RCTL_CFI) ? 1 : 0)) {
            return false;
        }
        int id = tag & 0xfff;
        return registers.has(Registers.VFTA + 4 * (id >> 5), 1 << (id & 31));
    }
}
