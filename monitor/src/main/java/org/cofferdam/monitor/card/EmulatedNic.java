package org.cofferdam.monitor.card;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.cofferdam.binding.memory.SharedMemory;

/**
 * A software 82574L or 82540EM on a cable.
 *
 * <p>The pages of BAR 0 at 0x2000 to 0x3fff, which hold the registers of both rings, are memory that the
 * domain maps: it moves tails without leaving, and {@link #doWork} looks at them. All other registers trap
 * and come to {@link #readRegister} and {@link #writeRegister}. The 82574L's second queues are not there:
 * their registers are storage.
 *
 * <p>One thread, the domain's. {@link #doWork} does not allocate, except once a second when it looks at the
 * carrier.
 */
public final class EmulatedNic implements AssignedNic {
    private static final long LOOK_NANOS = 1_000_000_000L;
    private static final long ALL_ONES = -1L;
    private static final ValueLayout.OfInt REGISTER =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final CardModel model;
    private final CardEvents events;
    private final WirePort wire;
    private final SharedMemory ringMemory;
    private final MemorySegment ringPages;
    private final CheckedDmaMap dma = new CheckedDmaMap();
    private final RegisterFile registers;
    private final Statistics statistics = new Statistics();
    private final InterruptCauses interrupts;
    private final Eeprom eeprom;
    private final Phy phy;
    private final DescriptorRing receiveRing;
    private final DescriptorRing transmitRing;
    private final ReceivePath receive;
    private final TransmitPath transmit;

    private boolean carrier;
    private boolean linkUp;
    private boolean looked;
    private long lastLook;
    private long knownDrops;
    private long refusedAccesses;

    /**
     * @param mac six bytes in wire order: what the EEPROM says
     * @param wire the cable, owned by the card from now on
     */
    public EmulatedNic(CardModel model, byte[] mac, WirePort wire, CardEvents events) {
        if (mac.length != 6 || (mac[0] & 1) != 0) {
            throw new IllegalArgumentException("not the six bytes of a station's address");
        }
        this.model = model;
        this.events = events;
        this.wire = wire;
        this.ringMemory = SharedMemory.create("card-rings", Registers.RING_PAGES_BYTES);
        this.ringPages = ringMemory.segment();
        this.registers = new RegisterFile(model);
        this.interrupts = new InterruptCauses(model, events);
        this.eeprom = new Eeprom(model, mac);
        this.phy = new Phy(model);
        this.receiveRing =
                new DescriptorRing(RingName.RECEIVE, Registers.RX_RING, ringPages, dma, events);
        this.transmitRing =
                new DescriptorRing(RingName.TRANSMIT, Registers.TX_RING, ringPages, dma, events);
        this.receive =
                new ReceivePath(
                        model, registers, statistics, interrupts, events, wire, receiveRing);
        this.transmit =
                new TransmitPath(
                        model, registers, statistics, interrupts, events, wire, transmitRing);
        toDefaults();
        carrier = wire.hasCarrier();
        phy.setCarrier(carrier);
    }

    @Override
    public CardModel model() {
        return model;
    }

    @Override
    public List<RegisterWindow> windows() {
        return List.of(
                new RegisterWindow(
                        Registers.RING_PAGES, ringMemory, 0, Registers.RING_PAGES_BYTES));
    }

    @Override
    public DmaMap dma() {
        return dma;
    }

    @Override
    public boolean interruptAsserted() {
        return interrupts.asserted();
    }

    /** Sets what is called each time the interrupt becomes asserted, on the calling thread of the card. */
    public void onInterrupt(Runnable raise) {
        interrupts.onRaise(raise);
    }

    @Override
    public void armInterrupt() {
        // The level is looked at, so nothing is ever missed.
    }

    @Override
    public CardCondition condition() {
        return CardCondition.READY;
    }

    @Override
    public String conditionText() {
        return "ready";
    }

    @Override
    public List<Integer> wakeFds() {
        return wire.fd() < 0 ? List.of() : List.of(wire.fd());
    }

    @Override
    public boolean linkUp() {
        return linkUp;
    }

    @Override
    public void reset() {
        reset(false);
    }

    /**
     * One pass: rings to wire, wire to rings, each bounded.
     *
     * @param nowNanos a monotonic clock; once a second the card looks at its carrier
     * @return frames and descriptors worked on; 0 means idle, until the wire or the domain has something new
     */
    @Override
    public int doWork(long nowNanos) {
        if (!looked || nowNanos - lastLook >= LOOK_NANOS) {
            looked = true;
            lastLook = nowNanos;
            lookAtWire();
        }
        if (registers.has(Registers.CTRL, Registers.CTRL_GIO_MASTER_DISABLE)) {
            return 0; // no DMA at all (DS 5.3.5)
        }
        int work = transmit.run(linkUp) + receive.run(linkUp);
        return sendBlocked()
                ? work + 1
                : work; // nobody wakes the caller when the wire has room again
    }

    /** Readable when a frame waits on the wire; -1 if the wire has no descriptor. */
    public int wireFd() {
        return wire.fd();
    }

    /**
     * Whether it is worth to wake up for {@link #wireFd}: false while a frame waits for the domain to give
     * the ring buffers.
     */
    public boolean wantsWire() {
        return !receive.waiting();
    }

    /** Whether frames to send wait for room on the wire; {@link #doWork} is never idle then. */
    public boolean sendBlocked() {
        return linkUp && transmit.blocked();
    }

    @Override
    public long framesReceived() {
        return receive.framesReceived();
    }

    @Override
    public long tailMoves() {
        return receiveRing.tailMoves() + transmitRing.tailMoves();
    }

    /** Register accesses that the card did not answer because of their size or place. */
    public long refusedAccesses() {
        return refusedAccesses;
    }

    @Override
    public long readRegister(long barOffset, int size) {
        if (!answers(barOffset, size, 0)) {
            return ALL_ONES;
        }
        return read((int) barOffset) & 0xffff_ffffL;
    }

    @Override
    public void writeRegister(long barOffset, int size, long value) {
        if (answers(barOffset, size, value)) {
            write((int) barOffset, (int) value);
        }
    }

    @Override
    public void close() {
        wire.close();
        ringMemory.close();
    }

    /** DS 9.1.3: registers take aligned accesses of 32 bits. */
    private boolean answers(long barOffset, int size, long value) {
        RegisterRefusal why;
        if (barOffset < 0 || barOffset >= BAR_BYTES) {
            why = RegisterRefusal.OUTSIDE_BAR;
        } else if (size != 4 || (barOffset & 3) != 0) {
            why = RegisterRefusal.NOT_ALIGNED_32_BIT;
        } else {
            return true;
        }
        refusedAccesses++;
        events.registerRefused(barOffset, size, value, why);
        return false;
    }

    private int read(int offset) {
        if (offset >= Registers.REGISTERS_END) {
            return 0;
        }
        if (offset >= Registers.RING_PAGES
                && offset < Registers.RING_PAGES + Registers.RING_PAGES_BYTES) {
            return ringPages.get(REGISTER, offset - Registers.RING_PAGES);
        }
        if (offset >= Registers.STATISTICS && offset < Registers.STATISTICS_END) {
            return statistics.read(offset);
        }
        return switch (offset) {
            case Registers.STATUS -> status();
            case Registers.EECD -> eeprom.control();
            case Registers.EERD -> eeprom.readResult();
            case Registers.MDIC -> phy.mdic();
            case Registers.ICR -> readCauses();
            case Registers.IMS -> interrupts.mask();
            case Registers.SWSM -> readSemaphore();
            default -> registers.get(offset);
        };
    }

    private void write(int offset, int value) {
        if (offset >= Registers.REGISTERS_END) {
            return;
        }
        if (offset >= Registers.RING_PAGES
                && offset < Registers.RING_PAGES + Registers.RING_PAGES_BYTES) {
            ringPages.set(REGISTER, offset - Registers.RING_PAGES, value);
            return;
        }
        switch (offset) {
            case Registers.CTRL -> control(value);
            case Registers.CTRL_EXT -> {
                registers.store(offset, value);
                if ((value & Registers.CTRL_EXT_EE_RST) != 0) {
                    loadFromEeprom();
                }
            }
            case Registers.EECD -> eeprom.setControl(value);
            case Registers.EERD -> eeprom.startRead(value);
            case Registers.MDIC -> {
                if (phy.access(value)) {
                    interrupts.set(Registers.ICR_MDAC);
                }
            }
            case Registers.ICR -> interrupts.clear(value);
            case Registers.ICS -> interrupts.set(value);
            case Registers.IMS -> interrupts.enable(value);
            case Registers.IMC -> interrupts.disable(value);
            case Registers.RCTL -> {
                registers.store(offset, value);
                receive.control(registers.get(offset));
            }
            case Registers.TCTL -> {
                registers.store(offset, value);
                transmit.control(registers.get(offset));
            }
            default -> registers.store(offset, value);
        }
    }

    private void control(int value) {
        if ((value & Registers.CTRL_RST) != 0) {
            reset(true); // the bit clears itself, at once
            return;
        }
        registers.store(Registers.CTRL, value);
        if ((value & Registers.CTRL_PHY_RST) != 0) {
            phy.reset();
        }
        updateLink();
    }

    private int status() {
        int value = Registers.STATUS_FD | Registers.STATUS_SPEED_1000 | Registers.STATUS_ASDV_1000;
        if (linkUp) {
            value |= Registers.STATUS_LU;
        }
        if (model == CardModel.I82574L
                && !registers.has(Registers.CTRL, Registers.CTRL_GIO_MASTER_DISABLE)) {
            value |= Registers.STATUS_GIO_MASTER;
        }
        return value;
    }

    private int readCauses() {
        boolean asserted = interrupts.asserted();
        int value = interrupts.read();
        // DS 7.4.3: with IAME, a load of ICR while the interrupt is asserted masks what IAM says.
        if (asserted && registers.has(Registers.CTRL_EXT, Registers.CTRL_EXT_IAME)) {
            interrupts.disable(registers.get(Registers.IAM));
        }
        return value;
    }

    /** DS 10.2.10.4: a load takes SMBI, so that who reads 0 owns the semaphore. */
    private int readSemaphore() {
        int value = registers.get(Registers.SWSM);
        if (model == CardModel.I82574L) {
            registers.force(Registers.SWSM, value | 1);
        }
        return value;
    }

    private void reset(boolean byDomain) {
        toDefaults();
        events.cardReset(byDomain);
        updateLink();
    }

    private void toDefaults() {
        registers.reset();
        statistics.reset();
        eeprom.reset();
        phy.reset();
        receive.reset();
        transmit.reset();
        ringPages.fill((byte) 0);
        interrupts.reset();
        loadFromEeprom();
        knownDrops = wire.drops();
    }

    private void loadFromEeprom() {
        registers.force(Registers.RAL, eeprom.addressLow());
        registers.force(Registers.RAL + 4, eeprom.addressHigh() | Registers.RAH_VALID);
    }

    private void lookAtWire() {
        carrier = wire.hasCarrier();
        phy.setCarrier(carrier);
        updateLink();
        long drops = wire.drops();
        if (drops != knownDrops) {
            if (receiveRing.state() != DescriptorRing.State.OFF) {
                receive.missed(drops - knownDrops);
            }
            knownDrops = drops;
        }
    }

    private void updateLink() {
        // The MAC takes part in the link once software set SLU (DS 10.2.2.1).
        boolean up = carrier && registers.has(Registers.CTRL, Registers.CTRL_SLU);
        if (up != linkUp) {
            linkUp = up;
            interrupts.set(Registers.ICR_LSC);
            events.linkChanged(up);
        }
    }
}
