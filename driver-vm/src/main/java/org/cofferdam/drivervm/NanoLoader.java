package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.cofferdam.binding.kvm.SystemRegisters;

/**
 * Fills the memory of a small domain: page tables, fault stub, image, boot page, and the first words of the rings. Used
 * by one thread, while no virtual CPU runs on that memory.
 */
public final class NanoLoader {

    /** PG, AM, WP, NE, ET, MP, PE. */
    private static final long CR0 = 0x8005_0033L;

    /** OSXMMEXCPT, OSFXSR, PAE. */
    private static final long CR4 = 0x620L;

    /** NXE, LMA, LME. SCE stays clear: a {@code syscall} in the image is an invalid opcode. */
    private static final long EFER = 0xd00L;

    /** IF and the bit that is always one. */
    private static final long RFLAGS = 0x202L;

    private static final short USED_F_NO_NOTIFY = 1;
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private NanoLoader() {}

    /**
     * Loads an image.
     *
     * @param domain all {@link DomainLayout#MEMORY_BYTES} of the domain's memory. It must read zero, as a new or punched
     *     memfd does: nothing of an earlier run may be left to the next.
     * @return the registers to start with
     */
    public static InitialState load(MemorySegment domain, NanoImage image, BootPage boot) {
        if (domain.byteSize() != DomainLayout.MEMORY_BYTES) {
            throw new IllegalArgumentException(
                    "a domain has " + DomainLayout.MEMORY_BYTES + " bytes of memory");
        }
        PageTables tables = new PageTables(domain);
        FaultStub.install(domain, tables);
        for (ImageSegment segment : image.segments()) {
            copy(domain, image, segment);
            if (segment.kind() != ImageSegment.Kind.DATA) {
                mapPages(tables, segment);
            }
        }
        mapDriverMemory(tables);
        boot.write(domain);
        refuseKicks(domain, DomainLayout.UPLINK_RX);
        refuseKicks(domain, DomainLayout.UPLINK_TX);
        return initialState(image, tables);
    }

    private static void copy(MemorySegment domain, NanoImage image, ImageSegment segment) {
        MemorySegment place = domain.asSlice(segment.start().value(), segment.memoryBytes());
        MemorySegment.copy(
                MemorySegment.ofArray(image.file()),
                segment.fileOffset(),
                place,
                0,
                segment.fileBytes());
        place.asSlice(segment.fileBytes()).fill((byte) 0);
    }

    private static void mapPages(PageTables tables, ImageSegment segment) {
        PageAccess access =
                segment.kind() == ImageSegment.Kind.CODE
                        ? PageAccess.DRIVER_CODE
                        : PageAccess.DRIVER_READ;
        GuestAddress first = new GuestAddress(segment.firstPage() * DomainLayout.PAGE_BYTES);
        long pages = segment.lastPage() - segment.firstPage() + 1;
        tables.map(first, pages * DomainLayout.PAGE_BYTES, access);
    }

    private static void mapDriverMemory(PageTables tables) {
        MemoryRegion data = DomainLayout.DATA;
        tables.map(DomainLayout.BOOT.start(), DomainLayout.BOOT.bytes(), PageAccess.DRIVER_READ);
        tables.map(
                data.start(),
                DomainLayout.STACK_GUARD.value() - data.start().value(),
                PageAccess.DRIVER_DATA);
        tables.map(DomainLayout.STACK, DomainLayout.STACK_BYTES, PageAccess.DRIVER_DATA);
        tables.mapLarge(
                DomainLayout.ARENA.start(), DomainLayout.ARENA.bytes(), PageAccess.DRIVER_DATA);
        tables.map(DomainLayout.BAR0, DomainLayout.BAR0_BYTES, PageAccess.DRIVER_DEVICE);
        tables.map(DomainLayout.DOORBELLS, DomainLayout.PAGE_BYTES, PageAccess.DRIVER_DEVICE);
    }

    /** The monitor polls the uplink, so a kick would be an exit for nothing (virtio 1.2, 2.7.8). */
    private static void refuseKicks(MemorySegment domain, QueuePlace queue) {
        domain.set(U16, queue.used().value(), USED_F_NO_NOTIFY);
    }

    private static InitialState initialState(NanoImage image, PageTables tables) {
        return new InitialState(
                image.entry().value(),
                DomainLayout.STACK.plus(DomainLayout.STACK_BYTES).value(),
                RFLAGS,
                new SystemRegisters(
                        DescriptorTables.userCode(),
                        DescriptorTables.userData(),
                        DescriptorTables.taskState(),
                        DomainLayout.DESCRIPTOR_TABLE.value(),
                        DescriptorTables.DESCRIPTOR_TABLE_BYTES - 1,
                        DomainLayout.INTERRUPT_TABLE.value(),
                        DescriptorTables.INTERRUPT_TABLE_BYTES - 1,
                        CR0,
                        tables.root().value(),
                        CR4,
                        EFER));
    }
}
