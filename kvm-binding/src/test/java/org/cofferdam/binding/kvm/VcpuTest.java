package org.cofferdam.binding.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofferdam.binding.NativeCallException;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.thread.SliceTimer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The real /dev/kvm with guest code of a few bytes at CPL 3; needs root or the kvm group. */
@EnabledIf(
        value = "isKvmThere",
        disabledReason = "a virtual machine needs /dev/kvm, which is not on this machine")
class VcpuTest {
    static boolean isKvmThere() {
        return Files.exists(Path.of("/dev/kvm"));
    }

    private static final long CODE = 0x5000;
    private static final long READ_ONLY = 0x6000;
    private static final long UNBACKED = 0x9000;

    private Kvm kvm;
    private Vm vm;
    private SharedMemory memory;
    private Vcpu vcpu;

    @BeforeEach
    void makeVm() {
        kvm = Kvm.open();
        vm = kvm.createVm();
        memory = SharedMemory.create("vcpu-test", 0x8000);
        vm.setMemory(0, 0, memory, 0, 0x6000, false);
        vm.setMemory(1, READ_ONLY, memory, READ_ONLY, 0x1000, true);
        vcpu = vm.createVcpu(0);
    }

    @AfterEach
    void closeInReverse() {
        vcpu.close();
        vm.close();
        memory.close();
        kvm.close();
    }

    /** 64-bit, CPL 3, the first 64 KiB mapped onto themselves with the US bit. */
    private void load(int... code) {
        MemorySegment m = memory.segment();
        m.set(ValueLayout.JAVA_LONG, 0x1000, 0x2067);
        m.set(ValueLayout.JAVA_LONG, 0x2000, 0x3067);
        m.set(ValueLayout.JAVA_LONG, 0x3000, 0x4067);
        for (int i = 0; i < 16; i++) {
            m.set(ValueLayout.JAVA_LONG, 0x4000 + i * 8L, (i * 0x1000L) | 0x67);
        }
        for (int i = 0; i < code.length; i++) {
            m.set(ValueLayout.JAVA_BYTE, CODE + i, (byte) code[i]);
        }
        vcpu.setSystemRegisters(
                new SystemRegisters(
                        new Segment(0, -1, 0x33, 11, 3, true, true, false, true),
                        new Segment(0, -1, 0x2b, 3, 3, true, false, true, true),
                        new Segment(0, 0x67, 0, 11, 0, false, false, false, false),
                        0,
                        0,
                        0,
                        0,
                        0x80050033L,
                        0x1000,
                        0x620,
                        0xd01));
        vcpu.setStart(CODE, 0x6000, 0x202);
    }

    @Test
    void aStoreToAnUnbackedPageLeavesWithItsAddressAndValue() {
        // mov dword [0x9000], 0x12345678
        load(0xc7, 0x04, 0x25, 0, 0x90, 0, 0, 0x78, 0x56, 0x34, 0x12);
        assertEquals(Exit.MMIO, vcpu.run());
        assertEquals(UNBACKED, vcpu.mmioAddress());
        assertEquals(4, vcpu.mmioLength());
        assertTrue(vcpu.mmioWrite());
        assertEquals(0x12345678L, vcpu.mmioData());
    }

    @Test
    void aLoadReadsWhatTheMonitorAnswers() {
        // mov eax, [0x9000]; mov [0x9004], eax
        load(0x8b, 0x04, 0x25, 0, 0x90, 0, 0, 0x89, 0x04, 0x25, 4, 0x90, 0, 0);
        assertEquals(Exit.MMIO, vcpu.run());
        assertFalse(vcpu.mmioWrite());
        vcpu.setMmioData(0xcafef00dL);
        assertEquals(Exit.MMIO, vcpu.run());
        assertEquals(UNBACKED + 4, vcpu.mmioAddress());
        assertEquals(0xcafef00dL, vcpu.mmioData());
    }

    @Test
    void aStoreToAReadOnlySlotChangesNothing() {
        // mov dword [0x6000], 1
        load(0xc7, 0x04, 0x25, 0, 0x60, 0, 0, 1, 0, 0, 0);
        assertEquals(Exit.MMIO, vcpu.run());
        assertEquals(READ_ONLY, vcpu.mmioAddress());
        assertEquals(0, memory.segment().get(ValueLayout.JAVA_INT, READ_ONLY));
    }

    @Test
    void anUndefinedInstructionWithoutTablesShutsDown() {
        load(0x0f, 0x0b); // ud2
        assertEquals(Exit.SHUTDOWN, vcpu.run());
        assertEquals(8, vcpu.exitReason());
    }

    @Test
    void anEndlessLoopIsInterruptedByTheTimer() {
        load(0xeb, 0xfe); // jmp .
        try (SliceTimer timer = SliceTimer.create()) {
            timer.every(2_000_000);
            assertEquals(Exit.INTERRUPTED, vcpu.run());
            assertEquals(Exit.INTERRUPTED, vcpu.run());
            assertEquals(CODE, vcpu.register(Register.RIP));
            timer.every(0);
        }
    }

    @Test
    void immediateExitComesBackWithoutRunningTheGuest() {
        load(0xeb, 0xfe);
        vcpu.setImmediateExit(true);
        assertEquals(Exit.INTERRUPTED, vcpu.run());
        vcpu.setImmediateExit(false);
    }

    @Test
    void syncedRegistersAreThoseOfTheExit() {
        // mov eax, 0x77; mov [0x9000], eax
        load(0xb8, 0x77, 0, 0, 0, 0x89, 0x04, 0x25, 0, 0x90, 0, 0);
        vcpu.syncRegisters(true, false);
        assertEquals(Exit.MMIO, vcpu.run());
        assertEquals(0x77, vcpu.syncedRegister(Register.RAX));
        assertEquals(0x77, vcpu.register(Register.RAX));
    }

    @Test
    void anIoeventfdTakesTheStoreWithoutAnExit() {
        // mov dword [0x9000], 1; mov dword [0x9008], 2
        load(
                0xc7, 0x04, 0x25, 0, 0x90, 0, 0, 1, 0, 0, 0, //
                0xc7, 0x04, 0x25, 8, 0x90, 0, 0, 2, 0, 0, 0);
        try (EventFd doorbell = EventFd.create()) {
            vm.assignIoeventfd(doorbell, UNBACKED, 4);
            assertEquals(Exit.MMIO, vcpu.run());
            assertEquals(UNBACKED + 8, vcpu.mmioAddress());
            assertTrue(doorbell.drain());
            vm.deassignIoeventfd(doorbell, UNBACKED, 4);
        }
    }

    @Test
    void anIrqfdNeedsTheInKernelControllers() {
        try (EventFd trigger = EventFd.create()) {
            assertThrows(NativeCallException.class, () -> vm.assignIrqfd(trigger, 5));
            try (Vm other = kvm.createVm()) {
                other.createIrqchip();
                other.assignIrqfd(trigger, 5);
                other.setIrqLine(6, true);
                other.setIrqLine(6, false);
                other.deassignIrqfd(trigger, 5);
            }
        }
    }

    @Test
    void overlappingSlotsAreRefusedWithTheCallAndTheError() {
        NativeCallException e =
                assertThrows(
                        NativeCallException.class,
                        () -> vm.setMemory(2, 0x1000, memory, 0x7000, 0x1000, false));
        assertEquals(Errno.EEXIST.code(), e.errno());
        assertTrue(e.getMessage().contains("KVM_SET_USER_MEMORY_REGION, slot 2"), e.getMessage());
    }

    @Test
    void theCapabilitiesThatTheDesignNeedsAreThere() {
        assertTrue(kvm.check(Capability.SYNC_REGS) > 0);
        assertTrue(kvm.check(Capability.NR_MEMSLOTS) > 8);
        assertTrue(vcpu.tscKhz() > 100_000);
    }
}
