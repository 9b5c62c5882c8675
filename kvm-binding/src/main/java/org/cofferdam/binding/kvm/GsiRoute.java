package org.cofferdam.binding.kvm;

import java.util.ArrayList;
import java.util.List;

/**
 * Where one of the VM's interrupt lines leads, an entry of struct kvm_irq_routing (Documentation/virt/kvm/api.rst,
 * KVM_SET_GSI_ROUTING). A line (GSI) may have several routes to pins, but only one message.
 */
public sealed interface GsiRoute {
    /** The line's number, 0 and up. */
    int gsi();

    /** The in-kernel controllers, by their number in asm/kvm.h. */
    enum Chip {
        PIC_MASTER(0, 8),
        PIC_SLAVE(1, 8),
        IOAPIC(2, 24);

        private final int number;
        private final int pins;

        Chip(int number, int pins) {
            this.number = number;
            this.pins = pins;
        }

        int number() {
            return number;
        }
    }

    /** A line that drives a pin: its level is the pin's. */
    record Line(int gsi, Chip chip, int pin) implements GsiRoute {
        /** Refuses pins that the chip does not have. */
        public Line {
            if (gsi < 0 || pin < 0 || pin >= chip.pins) {
                throw new IllegalArgumentException(chip + " has no pin " + pin);
            }
        }
    }

    /**
     * A line that sends a message-signalled interrupt each time it rises (PCI Local Bus 3.0, 6.8; Intel SDM 3A, 11.11).
     *
     * @param address where the message is written: 0xfeexxxxx names the CPU
     * @param data what is written: its low byte is the vector
     */
    record Message(int gsi, long address, int data) implements GsiRoute {
        /** Refuses negative lines. */
        public Message {
            if (gsi < 0) {
                throw new IllegalArgumentException("no such line: " + gsi);
            }
        }
    }

    /**
     * What a VM has before any are set: lines 0 to 15 to the two PICs and to the IOAPIC's pins of the same number, lines
     * 16 to 23 to the IOAPIC.
     */
    static List<GsiRoute> standard() {
        List<GsiRoute> routes = new ArrayList<>();
        for (int line = 0; line < Chip.IOAPIC.pins; line++) {
            if (line < 8) {
                routes.add(new Line(line, Chip.PIC_MASTER, line));
            } else if (line < 16) {
                routes.add(new Line(line, Chip.PIC_SLAVE, line - 8));
            }
            routes.add(new Line(line, Chip.IOAPIC, line));
        }
        return List.copyOf(routes);
    }
}
