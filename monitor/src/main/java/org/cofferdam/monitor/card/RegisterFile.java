package org.cofferdam.monitor.card;

import java.util.Arrays;

/**
 * The registers that are no more than storage, and which of their bits software can set. What is not
 * listed here is reserved: it reads zero and takes nothing (DS 9.1.3).
 */
final class RegisterFile {
    private static final int WORDS = Registers.REGISTERS_END / 4;

    private final CardModel model;
    private final int[] values = new int[WORDS];
    private final int[] writable = new int[WORDS];

    RegisterFile(CardModel model) {
        this.model = model;
        declare();
        reset();
    }

    private void declare() {
        allow(Registers.CTRL, ~(Registers.CTRL_RST | Registers.CTRL_PHY_RST));
        allow(Registers.CTRL_EXT, ~Registers.CTRL_EXT_EE_RST);
        allow(Registers.FLA, 0x3ff);
        allow(Registers.FCAL, ~0);
        allow(Registers.FCAH, 0xffff);
        allow(Registers.FCT, 0xffff);
        allow(Registers.VET, 0xffff);
        allow(Registers.FCTTV, 0xffff);
        allow(Registers.TXCW, ~0);
        allow(Registers.ITR, 0xffff);
        allow(Registers.RCTL, ~1);
        allow(Registers.TCTL, ~1);
        allow(Registers.TIPG, 0x3fff_ffff);
        allow(Registers.AIFS, 0xffff);
        allow(Registers.LEDCTL, ~0);
        allow(Registers.PBA, 0xffff);
        allow(Registers.RXCSUM, 0x3fff);
        allowAll(Registers.MTA, 128, ~0);
        for (int i = 0; i < MacFilter.ENTRIES; i++) {
            allow(Registers.RAL + 8 * i, ~0);
            allow(Registers.RAL + 8 * i + 4, Registers.RAH_VALID | 0x3_ffff);
        }
        allowAll(Registers.VFTA, 128, ~0);
        allow(Registers.WUC, 0xf);
        allow(Registers.WUFC, ~0);
        allow(Registers.MANC, ~0);
        allow(Registers.IPAV, ~0);
        if (model == CardModel.I82574L) {
            allow(Registers.SCTL, ~0);
            allow(Registers.EIAC, 0x01f0_0000);
            allow(Registers.IAM, ~0);
            allow(Registers.IVAR, ~0);
            allowAll(Registers.EITR, 5, 0xffff);
            allow(Registers.RFCTL, ~0);
            allow(Registers.MRQC, ~0);
            allow(Registers.EXTCNF_CTRL, 1 << 5); // MDIO owned by software
            allow(Registers.EXTCNF_SIZE, ~0);
            allow(Registers.SWSM, 3); // SMBI, SWESMBI
            allow(Registers.GCR, ~0);
            allowAll(Registers.GSCL_1, 4, ~0);
            allow(Registers.SW_FW_SYNC, ~0);
            allowAll(Registers.RETA, 32, ~0);
            allowAll(Registers.RSSRK, 10, ~0);
        }
    }

    private void allow(int offset, int bits) {
        writable[offset >> 2] = bits;
    }

    private void allowAll(int offset, int words, int bits) {
        Arrays.fill(writable, offset >> 2, (offset >> 2) + words, bits);
    }

    /** Every register gets its default; the multicast and VLAN tables are cleared, too. */
    void reset() {
        Arrays.fill(values, 0);
        force(Registers.CTRL, Registers.CTRL_FD | 2 << 8);
        force(Registers.VET, 0x8100);
        force(Registers.PBA, model == CardModel.I82574L ? 0x0014_0014 : 0x0010_0030);
        force(Registers.LEDCTL, 0x0706_8302);
        force(Registers.TIPG, 0x0060_200a);
        if (model == CardModel.I82574L) {
            force(Registers.RXCSUM, Registers.RXCSUM_IPOFL | Registers.RXCSUM_TUOFL);
            force(Registers.FACTPS, 0x0000_0004);
            force(Registers.EEMNGCTL, 1 << 18); // configuration cycle done
        }
    }

    /** The value of a register; {@code offset} is aligned and below {@link Registers#REGISTERS_END}. */
    int get(int offset) {
        return values[offset >> 2];
    }

    /** A store by the domain: takes the bits that software can set. */
    void store(int offset, int value) {
        int mask = writable[offset >> 2];
        values[offset >> 2] = (values[offset >> 2] & ~mask) | (value & mask);
    }

    /** Sets a register as the card itself does. */
    void force(int offset, int value) {
        values[offset >> 2] = value;
    }

    /** Whether any of the bits is set in the register. */
    boolean has(int offset, int bits) {
        return (get(offset) & bits) != 0;
    }
}
