package org.cofferdam.drivervm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a domain's faults tell the monitor, and that nothing but a fault comes of what an image may not do. */
@EnabledIf(
        value = "org.cofferdam.drivervm.KvmDomain#isPossible",
        disabledReason = "a virtual machine needs /dev/kvm, which is not on this machine")
class FaultTest {

    private static final long CODE = ImageBytes.CODE_ADDRESS;
    private static final int INVALID_OPCODE = 6;
    private static final int GENERAL_PROTECTION = 13;
    private static final int PAGE_FAULT = 14;

    private static FaultFrame fault(String code) throws BadImageException {
        try (KvmDomain domain = new KvmDomain(ImageBytes.code(code).image())) {
            return domain.runToFault();
        }
    }

    @Test
    void anInvalidOpcodeIsToldWithItsPlaceAndRegisters() throws BadImageException {
        // mov eax, 0x11; mov r15d, 0x22; ud2
        FaultFrame frame = fault("b811000000 41bf22000000 0f0b");

        assertEquals(INVALID_OPCODE, frame.vector());
        assertEquals(CODE + 11, frame.rip());
        assertEquals(0x33, frame.cs());
        assertEquals(0x2b, frame.ss());
        assertEquals(DomainLayout.STACK.value() + DomainLayout.STACK_BYTES, frame.rsp());
        assertEquals(0x11, frame.registers().rax());
        assertEquals(0x22, frame.registers().r15());
        assertEquals(1, frame.count());
    }

    /** Names, machine code, vector, error code. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "hlt, f4, 13, 0",
        "cli, fa, 13, 0",
        "sti, fb, 13, 0",
        "out, e680, 13, 0",
        "in, e480, 13, 0",
        "wrmsr, 0f30, 13, 0",
        "read cr3, 0f20d8, 13, 0",
        "write cr3, 0f22d8, 13, 0",
        "invlpg, 0f013c24, 13, 0",
        "load the GDT, 0f011424, 13, 0",
        "load the IDT, 0f011c24, 13, 0",
        "load the task register, 0f00d8, 13, 0",
    })
    void aPrivilegedInstructionIsAFault(String name, String code, int vector, int error)
            throws BadImageException {
        FaultFrame frame = fault(code);

        assertEquals(vector, frame.vector(), name);
        assertEquals(error, frame.errorCode(), name);
        assertEquals(CODE, frame.rip(), name);
        assertEquals(0x33, frame.cs(), name);
    }

    /**
     * Which vector these raise differs between virtual machine back ends; on one of them {@code syscall} goes to a CPL 0
     * entry at address 0, which is not mapped. What holds everywhere: one fault, and the end.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource({"int3, cc", "int 0x80, cd80", "syscall, 0f05", "sysenter, 0f34"})
    void aCallToAKernelThatIsNotThereIsAFault(String name, String code) throws BadImageException {
        FaultFrame frame = fault(code);

        assertEquals(1, frame.count(), name);
    }

    /** Names, first byte of the store or load, address, error code (bit 0 present, 1 write, 2 user, 4 fetch). */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "read page tables, 8a, 0x00100000, 4",
        "write page tables, 88, 0x00100000, 6",
        "read the GDT, 8a, 0x00120000, 5",
        "write the IDT, 88, 0x00121000, 7",
        "read the fault stub, 8a, 0x00122000, 5",
        "write the fault stack, 88, 0x00123ff8, 7",
        "write the fault frame, 88, 0x00124000, 7",
        "write code, 88, 0x00200000, 7",
        "write the boot page, 88, 0x00300000, 7",
        "read the boot page's neighbour, 8a, 0x00301000, 4",
        "write the stack's guard page, 88, 0x005effff, 6",
        "read null, 8a, 0x00000000, 4",
        "read behind RAM, 8a, 0x01000000, 4",
        "read behind the BAR, 8a, 0xe0020000, 4",
        "read behind the doorbells, 8a, 0xf0001000, 4",
    })
    void aStrayAccessIsAPageFaultWithItsAddress(
            String name, String access, String address, int error) throws BadImageException {
        long at = Long.decode(address);
        // mov ecx, address; mov al, [rcx] or mov [rcx], al
        String code = "b9" + littleEndian(at) + access + "01";

        FaultFrame frame = fault(code);

        assertEquals(PAGE_FAULT, frame.vector(), name);
        assertEquals(at, frame.cr2(), name);
        assertEquals(error, frame.errorCode() & 0x17, name);
        assertEquals(CODE + 5, frame.rip(), name);
    }

    @Test
    void dataCannotBeExecuted() throws BadImageException {
        // mov ecx, 0x450000; jmp rcx
        FaultFrame frame = fault("b900004500 ffe1");

        assertEquals(PAGE_FAULT, frame.vector());
        assertEquals(0x45_0000, frame.cr2());
        assertEquals(0x45_0000, frame.rip());
        assertEquals(0x10, frame.errorCode() & 0x10);
    }

    @Test
    void anAddressThatIsNoneIsAProtectionFault() throws BadImageException {
        // mov rcx, 0x8000000000000000; mov al, [rcx]
        FaultFrame frame = fault("48b90000000000000080 8a01");

        assertEquals(GENERAL_PROTECTION, frame.vector());
        assertEquals(CODE + 10, frame.rip());
    }

    /** The exception frame goes to the monitor's stack, not where the image points its own. */
    @Test
    void aFaultWithAStackPointerIntoMonitorMemoryChangesNothingThere() throws BadImageException {
        // mov esp, 0x120100; syscall
        try (KvmDomain domain = new KvmDomain(ImageBytes.code("bc00011200 0f05").image())) {
            byte[] before = descriptorPage(domain);

            FaultFrame frame = domain.runToFault();

            assertEquals(1, frame.count());
            assertEquals(0x12_0100, frame.rsp());
            assertArrayEquals(before, descriptorPage(domain));
        }
    }

    private static byte[] descriptorPage(KvmDomain domain) {
        return domain.memory()
                .asSlice(DomainLayout.DESCRIPTOR_TABLE.value(), DomainLayout.PAGE_BYTES)
                .toArray(ValueLayout.JAVA_BYTE);
    }

    private static String littleEndian(long address) {
        return HexFormat.of().toHexDigits(Integer.reverseBytes((int) address));
    }
}
