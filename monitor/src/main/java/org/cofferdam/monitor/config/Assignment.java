package org.cofferdam.monitor.config;

/** Which network card the driver domain gets. */
public sealed interface Assignment {
    /** How the operator named it. */
    String label();

    /**
     * A card in software whose wire is an interface of this machine: every frame that arrives on the interface is
     * received by the card, every frame the driver sends leaves by the interface.
     */
    record Emulated(CardModel card, InterfaceName wire) implements Assignment {
        @Override
        public String label() {
            return "emulated";
        }
    }

    /** A card of this machine, given to the domain through VFIO. */
    record Pci(PciAddress address) implements Assignment {
        @Override
        public String label() {
            return address.toString();
        }
    }
}
