package org.cofferdam.monitor.card;

import java.util.Arrays;

/**
 * The copper PHY behind MDIC (DS 10.2.2.7, SDM 13.4.8 and IEEE 802.3 clause 22): it has negotiated 1000
 * Mbit/s, full duplex, as soon as there is a carrier. Page 0 of an M88-family part; on other pages
 * registers hold what was written.
 */
final class Phy {
    private static final int MDIC_READY = 1 << 28;
    private static final int MDIC_INTERRUPT = 1 << 29;
    private static final int MDIC_ERROR = 1 << 30;
    private static final int OP_WRITE = 1;
    private static final int OP_READ = 2;
    private static final int ADDRESS = 1;

    private static final int CONTROL = 0;
    private static final int STATUS = 1;
    private static final int ID1 = 2;
    private static final int ID2 = 3;
    private static final int ADVERTISED = 4;
    private static final int PARTNER = 5;
    private static final int EXPANSION = 6;
    private static final int GIGABIT_CONTROL = 9;
    private static final int GIGABIT_STATUS = 10;
    private static final int EXTENDED_STATUS = 15;
    private static final int SPECIFIC_CONTROL = 16;
    private static final int SPECIFIC_STATUS = 17;

    private static final int CONTROL_SELF_CLEARING = 1 << 15 | 1 << 9; // reset, restart negotiation
    private static final int STATUS_CAPABILITIES = 0x7949; // 10/100, extended status, negotiation
    private static final int STATUS_LINK = 1 << 2;
    private static final int STATUS_NEGOTIATED = 1 << 5;
    private static final int PARTNER_ABILITIES = 0x45e1; // acknowledge, pause, 10/100 both duplexes
    private static final int GIGABIT_PARTNER = 0x3c00; // receivers good, partner 1000 both duplexes
    private static final int SPECIFIC_LINK = 0xac00; // 1000, full duplex, resolved, link

    private final CardModel model;
    private final int[] registers = new int[32];
    private int mdic = MDIC_READY;
    private boolean carrier;

    Phy(CardModel model) {
        this.model = model;
        reset();
    }

    void reset() {
        Arrays.fill(registers, 0);
        registers[CONTROL] = 0x1140; // negotiation on, 1000, full duplex
        registers[ADVERTISED] = 0x0de1;
        registers[GIGABIT_CONTROL] = 0x0e00;
        registers[SPECIFIC_CONTROL] = 0x0360;
        mdic = MDIC_READY;
    }

    /** Tells the PHY what its cable is like. */
    void setCarrier(boolean present) {
        carrier = present;
    }

    /** A load of MDIC. */
    int mdic() {
        return mdic;
    }

    /**
     * A store to MDIC: the access is done at once.
     *
     * @return whether the domain asked for an interrupt at its end
     */
    boolean access(int command) {
        int register = command >> 16 & 0x1f;
        int address = command >> 21 & 0x1f;
        int operation = command >> 26 & 3;
        int result = command & ~(MDIC_READY | MDIC_ERROR) & 0x3fff_ffff;
        if (address != ADDRESS || (operation != OP_READ && operation != OP_WRITE)) {
            mdic = result | MDIC_READY | MDIC_ERROR;
        } else if (operation == OP_READ) {
            mdic = (result & 0xffff_0000) | read(register) | MDIC_READY;
        } else {
            write(register, command & 0xffff);
            mdic = result | MDIC_READY;
        }
        return (command & MDIC_INTERRUPT) != 0;
    }

    private int read(int register) {
        return switch (register) {
            case STATUS -> STATUS_CAPABILITIES | (carrier ? STATUS_LINK | STATUS_NEGOTIATED : 0);
            case ID1 -> model.phyId() >>> 16;
            case ID2 -> model.phyId() & 0xffff;
            case PARTNER -> carrier ? PARTNER_ABILITIES : 0;
            case EXPANSION -> carrier ? 0x000d : 0x0004; // next page, and: partner negotiates
            case GIGABIT_STATUS -> carrier ? GIGABIT_PARTNER : 0;
            case EXTENDED_STATUS -> 0x3000; // 1000BASE-T both duplexes
            case SPECIFIC_STATUS -> carrier ? SPECIFIC_LINK : 0;
            default -> registers[register];
        };
    }

    private void write(int register, int value) {
        registers[register] = register == CONTROL ? value & ~CONTROL_SELF_CLEARING : value;
    }
}
