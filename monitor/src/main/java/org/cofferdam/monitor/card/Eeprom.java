package org.cofferdam.monitor.card;

/**
 * The card's EEPROM of 64 words, and the two ways to read it: the register EERD (DS 10.2.2.4, SDM 13.4.4),
 * and on the 82540EM the four pins of a Microwire part in EECD (SDM 13.4.3). Nothing can write it.
 */
final class Eeprom {
    private static final int WORDS = 64;
    private static final int CHECKSUM_WORD = 0x3f;
    private static final int CHECKSUM = 0xbaba;

    private static final int EECD_SK = 1;
    private static final int EECD_CS = 1 << 1;
    private static final int EECD_DI = 1 << 2;
    private static final int EECD_DO = 1 << 3;
    private static final int EECD_FWE_OFF = 1 << 4;
    private static final int EECD_REQ = 1 << 6;
    private static final int EECD_GNT = 1 << 7;
    private static final int EECD_PRES = 1 << 8;
    private static final int EECD_AUTO_RD = 1 << 9;

    private static final int EERD_START = 1;

    /** A Microwire read: start bit, opcode 10, six address bits. */
    private static final int COMMAND_BITS = 9;

    private static final int READ = 0b110;

    private final CardModel model;
    private final short[] words = new short[WORDS];
    private int readResult;
    private int pins;
    private int shiftedIn;
    private int shiftedBits;
    private int out;
    private boolean outBit = true;

    /**
     * @param mac six bytes in wire order
     */
    Eeprom(CardModel model, byte[] mac) {
        this.model = model;
        for (int i = 0; i < 3; i++) {
            words[i] = (short) ((mac[2 * i] & 0xff) | (mac[2 * i + 1] & 0xff) << 8);
        }
        words[0x0a] =
                (short) (model == CardModel.I82574L ? 0x026b : 0x640a); // initialization control 1
        words[0x0b] = (short) model.deviceId(); // subsystem
        words[0x0c] = (short) model.vendorId();
        words[0x0d] = (short) model.deviceId();
        words[0x0e] = (short) model.vendorId();
        words[0x0f] = (short) 0x3040; // initialization control 2
        int sum = 0;
        for (int i = 0; i < CHECKSUM_WORD; i++) {
            sum += words[i];
        }
        words[CHECKSUM_WORD] = (short) (CHECKSUM - sum);
    }

    void reset() {
        readResult = 0;
        pins = 0;
        shiftedIn = 0;
        shiftedBits = 0;
        out = 0;
        outBit = true;
    }

    /** RAL as the card loads it from the first words. */
    int addressLow() {
        return word(0) | word(1) << 16;
    }

    /** The 16 address bits of RAH. */
    int addressHigh() {
        return word(2);
    }

    private int word(int address) {
        return words[address & (WORDS - 1)] & 0xffff;
    }

    /** A store to EERD: the word is there at once, with DONE. */
    void startRead(int value) {
        if ((value & EERD_START) == 0) {
            readResult = 0;
            return;
        }
        if (model == CardModel.I82574L) {
            int address = value >>> 2 & 0x3fff;
            readResult = word(address) << 16 | address << 2 | 1 << 1;
        } else {
            int address = value >>> 8 & 0xff;
            readResult = word(address) << 16 | address << 8 | 1 << 4;
        }
    }

    /** A load of EERD. */
    int readResult() {
        return readResult;
    }

    /** A load of EECD. */
    int control() {
        int value = pins | EECD_PRES | EECD_FWE_OFF;
        if ((pins & EECD_REQ) != 0) {
            value |= EECD_GNT;
        }
        if (model == CardModel.I82574L) {
            // Auto-read done; 64 words in an SPI part (size field, bits 14:11).
            value |= EECD_AUTO_RD;
        } else if (outBit) {
            value |= EECD_DO;
        }
        return value;
    }

    /** A store to EECD. */
    void setControl(int value) {
        int before = pins;
        pins = value & (EECD_SK | EECD_CS | EECD_DI | EECD_REQ);
        if ((pins & EECD_CS) == 0) {
            shiftedIn = 0;
            shiftedBits = 0;
            out = 0;
            outBit = true;
            return;
        }
        if ((pins & EECD_SK) == 0 || (before & EECD_SK) != 0) {
            return;
        }
        clock((pins & EECD_DI) != 0 ? 1 : 0);
    }

    /** A rising edge of the clock: a bit goes in until the command is whole, then bits come out. */
    private void clock(int bit) {
        if (shiftedBits < COMMAND_BITS) {
            if (shiftedBits == 0 && bit == 0) {
                return; // zeros before the start bit
            }
            shiftedIn = shiftedIn << 1 | bit;
            shiftedBits++;
            if (shiftedBits == COMMAND_BITS) {
                out = shiftedIn >> 6 == READ ? word(shiftedIn & 0x3f) : 0xffff;
                outBit = false; // a dummy zero comes first
            }
            return;
        }
        outBit = (out & 0x8000) != 0;
        out = out << 1 | 1;
    }
}
