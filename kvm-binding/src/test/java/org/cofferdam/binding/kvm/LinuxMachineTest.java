package org.cofferdam.binding.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.thread.ThreadKick;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** What a stock kernel needs of a VM, on the real /dev/kvm with a few bytes of code at CPL 0, paging off. */
@Timeout(60)
@EnabledIf(
        value = "org.cofferdam.binding.kvm.VcpuTest#isKvmThere",
        disabledReason = "a virtual machine needs /dev/kvm, which is not on this machine")
class LinuxMachineTest {
    private static final long CODE = 0x1000;
    private static final long STACK = 0x3000;
    private static final long INTERRUPT_TABLE = 0x4000;
    private static final long DESCRIPTOR_TABLE = 0x5000;
    private static final long HANDLER = 0x6000;

    private final Kvm kvm = Kvm.open();
    private final Vm vm = kvm.createVm();
    private final SharedMemory memory = SharedMemory.create("machine-test", 0x10000);
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void giveMemory() {
        vm.setMemory(0, 0, memory, 0, 0x10000, false);
    }

    @AfterEach
    void closeInReverse() throws Exception {
        for (AutoCloseable c : open.reversed()) {
            c.close();
        }
        vm.close();
        memory.close();
        kvm.close();
    }

    private void put(long at, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        MemorySegment.copy(bytes, 0, memory.segment(), ValueLayout.JAVA_BYTE, at, bytes.length);
    }

    /** Flat 32-bit protected mode. */
    private Vcpu start(CpuidFilter filter, String hex) {
        Vcpu vcpu = vm.createVcpu(0, filter);
        open.add(vcpu);
        put(CODE, hex);
        memory.segment().set(ValueLayout.JAVA_LONG, DESCRIPTOR_TABLE + 8, 0x00cf9b000000ffffL);
        memory.segment().set(ValueLayout.JAVA_LONG, DESCRIPTOR_TABLE + 16, 0x00cf93000000ffffL);
        vcpu.setSystemRegisters(
                new SystemRegisters(
                        new Segment(0, -1, 8, 11, 0, true, false, true, true),
                        new Segment(0, -1, 16, 3, 0, true, false, true, true),
                        new Segment(0, 0x67, 0, 11, 0, false, false, false, false),
                        DESCRIPTOR_TABLE,
                        0x17,
                        INTERRUPT_TABLE,
                        0x7ff,
                        0x11,
                        0,
                        0,
                        0));
        vcpu.setStart(Map.of(Register.RIP, CODE, Register.RSP, STACK, Register.RFLAGS, 2L));
        return vcpu;
    }

    private void gate(int vector, long handler) {
        memory.segment()
                .set(
                        ValueLayout.JAVA_LONG,
                        INTERRUPT_TABLE + vector * 8L,
                        (handler & 0xffff) | 0x0000_8e00_0008_0000L);
    }

    private static Exit run(Vcpu vcpu) {
        Exit exit;
        do {
            exit = vcpu.run();
        } while (exit == Exit.INTERRUPTED);
        return exit;
    }

    @Test
    void portsTellTheirNumberSizeDirectionAndData() {
        // mov eax, 0x11223344; mov dx, 0xcf8; out dx, eax; mov dl, 0xfc; in ax, dx; out 0x80, al;
        // out 0x80, ax
        Vcpu vcpu = start(Optional::of, "b8 44332211 66ba f80c ef b2fc 66ed e680 66e780");
        assertEquals(Exit.IO, run(vcpu));
        assertEquals(0xcf8, vcpu.portNumber());
        assertTrue(vcpu.portWrite());
        assertEquals(4, vcpu.portSize());
        assertEquals(1, vcpu.portCount());
        assertEquals(0x11223344, vcpu.portData(0));
        assertThrows(IndexOutOfBoundsException.class, () -> vcpu.portData(1));
        assertThrows(IndexOutOfBoundsException.class, () -> vcpu.portData(-1));
        assertEquals(Exit.IO, run(vcpu));
        assertEquals(0xcfc, vcpu.portNumber());
        assertFalse(vcpu.portWrite());
        assertEquals(2, vcpu.portSize());
        vcpu.setPortData(0, 0xffff_beef);
        assertEquals(Exit.IO, run(vcpu));
        assertEquals(1, vcpu.portSize());
        assertEquals(0xef, vcpu.portData(0));
        assertEquals(Exit.IO, run(vcpu));
        assertEquals(0xbeef, vcpu.portData(0));
        assertEquals(0x1122beefL, vcpu.register(Register.RAX));
    }

    @Test
    void aStringOfPortAccessesIsReadInWhole() {
        // mov esi, 0x2000; mov ecx, 5; mov dx, 0x3f8; rep outsb
        Vcpu vcpu = start(Optional::of, "be 00200000 b9 05000000 66ba f803 f36e");
        put(0x2000, "68656c6c6f");
        StringBuilder text = new StringBuilder();
        while (text.length() < 5) {
            assertEquals(Exit.IO, run(vcpu));
            assertEquals(0x3f8, vcpu.portNumber());
            for (int i = 0; i < vcpu.portCount(); i++) {
                text.append((char) vcpu.portData(i));
            }
        }
        assertEquals("hello", text.toString());
    }

    @Test
    void anIrqfdSendsTheMessageOfItsRoute() {
        vm.createIrqchip();
        vm.createPit();
        List<GsiRoute> routes = new ArrayList<>(GsiRoute.standard());
        routes.add(new GsiRoute.Message(24, 0xfee00000L, 0x41));
        vm.setRoutes(routes);
        // switch the LAPIC on by its spurious vector (0xfee000f0 = 0x1ff); sti; out 0x80, al;
        // jmp .
        Vcpu vcpu = start(Optional::of, "c705 f000e0fe ff010000 fb e680 ebfe");
        gate(0x41, HANDLER);
        put(HANDLER, "b0 77 e681 ebfe"); // mov al, 0x77; out 0x81, al; jmp .
        try (EventFd trigger = EventFd.create()) {
            vm.assignIrqfd(trigger, 24);
            assertEquals(Exit.IO, run(vcpu));
            assertEquals(0x80, vcpu.portNumber());
            trigger.signal();
            assertEquals(Exit.IO, run(vcpu));
            assertEquals(0x81, vcpu.portNumber());
            assertEquals(0x77, vcpu.portData(0));
            vm.deassignIrqfd(trigger, 24);
        }
    }

    @Test
    void thePitInterruptsByLineZeroAndPort61IsInTheKernel() {
        vm.createIrqchip();
        vm.createPit();
        // PIC: ICW1..4, vectors from 0x20, line 0 open; PIT counter 0 mode 2, count 0x1000; in al,
        // 0x61; sti; jmp .
        Vcpu vcpu =
                start(
                        Optional::of,
                        "b011 e620 b020 e621 b004 e621 b001 e621 b0fe e621"
                                + "b034 e643 b000 e640 b010 e640 e461 fb ebfe");
        gate(0x20, HANDLER);
        put(HANDLER, "e681 ebfe");
        assertEquals(Exit.IO, run(vcpu));
        assertEquals(0x81, vcpu.portNumber());
    }

    @Test
    void anotherMachineGoesOnFromWhereOneWasSaved() {
        vm.createIrqchip();
        vm.createPit();
        // SYSENTER_CS = 0x1234; PIC as above; LAPIC on; fninit; fldpi; mov ebx, 0xcafe; PIT counter
        // 0 mode 2, count 0xff00; out 0x80, al. Saved there. in al, 0x21; out 0x82, al; rdmsr; out
        // 0x83, eax; mov eax, [spurious vector]; out 0x84, eax; fstp dword [0x2000]; mov eax,
        // [0x2000]; out 0x85, eax; mov eax, ebx; out 0x86, eax; sti; jmp .
        Vcpu vcpu =
                start(
                        Optional::of,
                        "b9 74010000 b8 34120000 31d2 0f30"
                                + "b011 e620 b020 e621 b004 e621 b001 e621 b0fe e621"
                                + "c705 f000e0fe ff010000 dbe3 d9eb bb feca0000"
                                + "b034 e643 b000 e640 b0ff e640 e680"
                                + "e421 e682 0f32 e783 a1 f000e0fe e784"
                                + "d91d 00200000 a1 00200000 e785 89d8 e786 fb ebfe");
        gate(0x20, HANDLER);
        put(HANDLER, "e681 ebfe");
        assertEquals(Exit.IO, run(vcpu));
        assertEquals(0x80, vcpu.portNumber());
        vcpu.setImmediateExit(true); // ends the instruction, and runs none after it
        assertEquals(Exit.INTERRUPTED, vcpu.run());
        MachineState state = vm.save(vcpu);

        Vm later = kvm.createVm();
        open.add(later);
        SharedMemory copy = SharedMemory.create("machine-test-later", 0x10000);
        open.add(copy);
        copy.segment().copyFrom(memory.segment());
        later.setMemory(0, 0, copy, 0, 0x10000, false);
        later.createIrqchip();
        later.createPit();
        Vcpu goesOn = later.createVcpu(0, Optional::of);
        open.add(goesOn);
        later.restore(goesOn, state);
        Map<Integer, Integer> ports =
                Map.of(
                        0x82, 0xfe,
                        0x83, 0x1234,
                        0x84, 0x1ff,
                        0x85, Float.floatToRawIntBits((float) Math.PI),
                        0x86, 0xcafe);
        for (int port = 0x82; port <= 0x86; port++) {
            assertEquals(Exit.IO, run(goesOn));
            assertEquals(port, goesOn.portNumber());
            assertEquals(ports.get(port), goesOn.portData(0), "at " + Integer.toHexString(port));
        }
        assertEquals(Exit.IO, run(goesOn));
        assertEquals(0x81, goesOn.portNumber(), "the timer goes on, too");
    }

    @Test
    void theGuestSeesTheTemplatesProcessor() {
        // mov eax, 1; cpuid; mov [0x2000], ebx, ecx, edx; mov eax, 10; cpuid; mov [0x200c], eax;
        // out 0x80, al
        Vcpu vcpu =
                start(
                        CpuidTemplate.of(kvm, 0),
                        "b8 01000000 0fa2 891d 00200000 890d 04200000 8915 08200000"
                                + "b8 0a000000 0fa2 a3 0c200000 e680");
        assertEquals(Exit.IO, run(vcpu));
        int ebx = memory.segment().get(ValueLayout.JAVA_INT, 0x2000);
        int ecx = memory.segment().get(ValueLayout.JAVA_INT, 0x2004);
        int edx = memory.segment().get(ValueLayout.JAVA_INT, 0x2008);
        assertEquals(1, ebx >>> 16);
        assertTrue(ecx < 0, "the hypervisor bit");
        assertEquals(0, ecx & (1 << 3 | 1 << 5), "MONITOR, VMX");
        assertTrue((edx & 1) != 0, "FPU");
        assertEquals(0, memory.segment().get(ValueLayout.JAVA_INT, 0x200c), "performance counters");
    }

    @Test
    void theTemplateLetsNothingThroughThatItDoesNotKnow() {
        CpuidTemplate template = new CpuidTemplate(3, false);
        CpuidEntry all = template.filter(new CpuidEntry(1, 0, false, -1, -1, -1, -1)).orElseThrow();
        assertEquals(3, all.ebx() >>> 24);
        assertEquals(0, all.ecx() & (1 << 24), "TSC deadline");
        assertEquals(0, all.edx() & (1 << 21 | 1 << 22 | 1 << 28), "debug store, ACPI, HTT");
        for (int leaf : new int[] {3, 5, 9, 0xa, 0xb, 0x12, 0x14, 0x1d, 0x1f, 0x4000_0010}) {
            assertTrue(template.filter(new CpuidEntry(leaf, 0, false, -1, -1, -1, -1)).isEmpty());
        }
        for (int leaf : new int[] {0x8000_000a, 0x8000_001e, 0x8000_001f, 0x8000_0022}) {
            assertTrue(template.filter(new CpuidEntry(leaf, 0, false, -1, -1, -1, -1)).isEmpty());
        }
        CpuidEntry structured =
                template.filter(new CpuidEntry(7, 0, true, -1, -1, -1, -1)).orElseThrow();
        assertEquals(2, structured.eax());
        assertEquals(
                0, structured.ebx() & (1 << 2 | 1 << 4 | 1 << 11 | 1 << 16), "SGX, TSX, AVX-512");
        assertEquals(0, structured.edx() & (1 << 22 | 1 << 24 | 1 << 25), "AMX");
    }

    @Test
    void anMsrThatKvmEmulatesIsReadWhereNothingIsDenied() {
        assertEquals(0x82, portAfterUnlistedMsr());
    }

    @Test
    void anUnlistedMsrIsAFaultAndAListedOneIsNot() {
        assertTrue(vm.denyUnlistedMsrs(MsrList.forLinux()));
        assertEquals(0x81, portAfterUnlistedMsr());
    }

    /** Reads PAT, which is listed, and KVM's old wall clock, which is not: to port 0x81 by a fault, to 0x82 without. */
    private int portAfterUnlistedMsr() {
        // mov ecx, 0x277; rdmsr; out 0x80, al; mov ecx, 0x11; rdmsr; out 0x82, al
        Vcpu vcpu = start(Optional::of, "b9 77020000 0f32 e680 b9 11000000 0f32 e682");
        gate(13, HANDLER);
        put(HANDLER, "e681 ebfe");
        assertEquals(Exit.IO, run(vcpu));
        assertEquals(0x80, vcpu.portNumber());
        assertEquals(0x06, vcpu.portData(0)); // PAT's reset value begins with write-back
        assertEquals(Exit.IO, run(vcpu));
        return vcpu.portNumber();
    }

    @Test
    void anEndlessLoopIsLeftWhenAnotherThreadKicks() throws Exception {
        kickOut(start(Optional::of, "ebfe"));
    }

    @Test
    void aHaltedVcpuIsLeftWhenAnotherThreadKicks() throws Exception {
        vm.createIrqchip();
        kickOut(start(Optional::of, "f4 ebfd"));
    }

    private static void kickOut(Vcpu vcpu) throws Exception {
        CompletableFuture<ThreadKick> kick = new CompletableFuture<>();
        CompletableFuture<Exit> exit = new CompletableFuture<>();
        Thread runner =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    kick.complete(ThreadKick.forThisThread());
                                    exit.complete(vcpu.run());
                                });
        ThreadKick kicker = kick.get(10, TimeUnit.SECONDS);
        Thread.sleep(50); // so that KVM_RUN has begun most times; the kick is right in either case
        assertTrue(runner.isAlive());
        vcpu.setImmediateExit(true);
        kicker.kick();
        assertEquals(Exit.INTERRUPTED, exit.get(10, TimeUnit.SECONDS));
        runner.join();
        kicker.kick(); // after its end: nothing happens
    }
}
