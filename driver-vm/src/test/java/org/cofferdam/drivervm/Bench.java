package org.cofferdam.drivervm;

import org.cofferdam.binding.kvm.Exit;
import org.cofferdam.binding.kvm.Register;
import org.jspecify.annotations.Nullable;

/** The built driver on /dev/kvm between a bench card and a bench uplink. */
final class Bench implements AutoCloseable {

    /** Far more than any test needs; a driver that never says what a test waits for ends here. */
    private static final int MAX_EXITS = 20_000;

    final KvmDomain domain;
    final BenchCard card;
    final BenchUplink uplink;

    Bench(int pciDevice, boolean addressLoaded, boolean inOrder) {
        long features =
                KvmDomain.VIRTIO_F_VERSION_1
                        | KvmDomain.VIRTIO_NET_F_MRG_RXBUF
                        | (inOrder ? KvmDomain.VIRTIO_F_IN_ORDER : 0);
        domain = new KvmDomain(NanoImage.bundled(), pciDevice, features);
        card = new BenchCard(domain, pciDevice, addressLoaded);
        uplink = new BenchUplink(domain);
    }

    /** An 82574L whose driver is ready. */
    static Bench ready() {
        Bench bench = new Bench(0x10d3, true, true);
        bench.runTo(Doorbell.STATUS);
        return bench;
    }

    /** Runs, answering the card's registers, until the driver rings {@code wanted}. */
    void runTo(Doorbell wanted) {
        Doorbell rung = next();
        while (rung != wanted) {
            if (rung == Doorbell.FAULT) {
                throw new AssertionError(FaultFrame.read(domain.memory()).describe());
            }
            if (rung == Doorbell.PANIC) {
                throw new AssertionError(StatusPage.panicText(domain.memory()));
            }
            rung = next();
        }
    }

    /** Runs one pass of the driver, or several, up to its word that it found nothing more. */
    void settle() {
        Doorbell rung = next();
        while (rung != Doorbell.YIELD && rung != Doorbell.WAIT) {
            rung = next();
        }
    }

    /** Runs to the PANIC doorbell and returns the text. */
    String runToPanic() {
        Doorbell rung = next();
        while (rung != Doorbell.PANIC) {
            rung = next();
        }
        return StatusPage.panicText(domain.memory());
    }

    private Doorbell next() {
        while (domain.exits() < MAX_EXITS) {
            Exit exit = domain.run();
            long address = domain.vcpu().mmioAddress();
            if (exit != Exit.MMIO) {
                throw new AssertionError(
                        exit + " at 0x" + Long.toHexString(domain.vcpu().register(Register.RIP)));
            }
            int width = domain.vcpu().mmioLength();
            boolean write = domain.vcpu().mmioWrite();
            long inBar = address - DomainLayout.BAR0.value();
            if (inBar >= 0 && inBar < DomainLayout.BAR0_BYTES && width == 4) {
                card.access((int) inBar, write, (int) domain.vcpu().mmioData());
                continue;
            }
            @Nullable Doorbell bell = Doorbell.of(address - DomainLayout.DOORBELLS.value(), width);
            if (bell == null || !write) {
                throw new AssertionError("stray access to 0x" + Long.toHexString(address));
            }
            return bell;
        }
        throw new AssertionError("the driver does not say what the test waits for");
    }

    StatusPage status() {
        return StatusPage.read(domain.memory());
    }

    @Override
    public void close() {
        domain.close();
    }
}
