package org.cofferdam.drivervm;

import java.lang.foreign.MemorySegment;

/**
 * Puts the fault stub, its stack and its frame into the monitor-owned area and maps them for CPL 0 only.
 *
 * <p>The stub ({@code fault-stub.S}) is the only code that runs above CPL 3. The image can neither read nor write any of
 * these pages; a fault is all it can cause.
 */
final class FaultStub {

    private static final byte[] CODE = NanoImage.resource("fault-stub.bin");

    private FaultStub() {}

    static void install(MemorySegment domain, PageTables tables) {
        if (CODE.length > DomainLayout.PAGE_BYTES) {
            throw new IllegalStateException("the fault stub exceeds its page");
        }
        DescriptorTables.write(domain);
        MemorySegment code = clearedPage(domain, DomainLayout.FAULT_STUB);
        code.copyFrom(MemorySegment.ofArray(CODE));
        clearedPage(domain, DomainLayout.FAULT_STACK);
        clearedPage(domain, DomainLayout.FAULT_FRAME);

        map(tables, DomainLayout.DESCRIPTOR_TABLE, PageAccess.MONITOR_READ);
        map(tables, DomainLayout.INTERRUPT_TABLE, PageAccess.MONITOR_READ);
        map(tables, DomainLayout.FAULT_STUB, PageAccess.MONITOR_CODE);
        map(tables, DomainLayout.FAULT_STACK, PageAccess.MONITOR_DATA);
        map(tables, DomainLayout.FAULT_FRAME, PageAccess.MONITOR_DATA);
    }

    private static void map(PageTables tables, GuestAddress page, PageAccess access) {
        tables.map(page, DomainLayout.PAGE_BYTES, access);
    }

    private static MemorySegment clearedPage(MemorySegment domain, GuestAddress page) {
        return domain.asSlice(page.value(), DomainLayout.PAGE_BYTES).fill((byte) 0);
    }
}
