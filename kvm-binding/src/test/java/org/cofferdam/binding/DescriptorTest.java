package org.cofferdam.binding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cofferdam.binding.event.Epoll;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.file.NativeFile;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.memory.SharedMemory;
import org.cofferdam.binding.net.NetDevice;
import org.cofferdam.binding.net.PacketSocket;
import org.cofferdam.binding.net.Tap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory, events and files on the real kernel. */
class DescriptorTest {
    @TempDir Path dir;

    @Test
    void sharedMemoryIsZeroAndClearsToZero() {
        try (SharedMemory memory = SharedMemory.create("test", 8192)) {
            MemorySegment s = memory.segment();
            assertEquals(0, s.get(ValueLayout.JAVA_LONG, 4096));
            s.fill((byte) 7);
            memory.clear(4096, 4096);
            assertEquals(7, s.get(ValueLayout.JAVA_BYTE, 4095));
            assertEquals(0, s.get(ValueLayout.JAVA_LONG, 4096));
            assertThrows(IllegalArgumentException.class, () -> memory.clear(4096, 8192));
        }
    }

    @Test
    void closedMemoryIsRefusedRatherThanTouched() {
        SharedMemory memory = SharedMemory.create("test", 4096);
        MemorySegment s = memory.segment();
        memory.close();
        assertThrows(IllegalStateException.class, () -> s.get(ValueLayout.JAVA_BYTE, 0));
        memory.close();
    }

    @Test
    void anEpollTellsWhichEventFdWasSignalled() {
        try (EventFd a = EventFd.create();
                EventFd b = EventFd.create();
                Epoll epoll = Epoll.create(4)) {
            epoll.add(a.fd(), Epoll.IN, 11);
            epoll.add(b.fd(), Epoll.IN, 22);
            assertEquals(0, epoll.await(0));
            b.signal();
            assertEquals(1, epoll.await(-1));
            assertEquals(22, epoll.token(0));
            assertEquals(Epoll.IN, epoll.events(0));
            assertTrue(b.drain());
            assertFalse(b.drain());
            assertEquals(0, epoll.await(1_000_000));
            epoll.remove(a.fd());
            a.signal();
            assertEquals(0, epoll.await(0));
        }
    }

    @Test
    void aFileIsAllocatedWrittenAndCut() throws IOException {
        Path path = dir.resolve("file");
        try (Arena arena = Arena.ofConfined();
                NativeFile file = NativeFile.create(path, 0600)) {
            file.allocate(0, 65536);
            assertEquals(65536, file.size());
            MemorySegment bytes = arena.allocate(16);
            bytes.set(ValueLayout.JAVA_LONG, 8, 0x0102030405060708L);
            assertEquals(8, file.write(bytes, 8, 8, 100));
            file.syncData();
            MemorySegment back = arena.allocate(8);
            assertEquals(8, file.read(back, 0, 8, 100));
            assertEquals(0x0102030405060708L, back.get(ValueLayout.JAVA_LONG, 0));
            file.truncate(104);
            assertEquals(4, file.read(back, 0, 8, 100));
        }
        assertEquals(104, Files.size(path));
        NativeCallException e =
                assertThrows(NativeCallException.class, () -> NativeFile.create(path, 0600));
        assertEquals(Errno.EEXIST.code(), e.errno());
    }

    @Test
    void oneProcessHoldsTheLock() {
        Path path = dir.resolve("lock");
        try (NativeFile first = NativeFile.create(path, 0600);
                NativeFile second = NativeFile.open(path, true)) {
            assertTrue(first.tryLock());
            assertFalse(second.tryLock());
        }
    }

    @Test
    void aFullDiskIsNamed() {
        NativeFile full = NativeFile.open(Path.of("/dev/full"), true);
        try (Arena arena = Arena.ofConfined();
                full) {
            MemorySegment bytes = arena.allocate(16);
            NativeCallException e =
                    assertThrows(NativeCallException.class, () -> full.write(bytes, 0, 16, 0));
            assertEquals(Errno.ENOSPC.code(), e.errno());
            assertTrue(e.getMessage().contains("/dev/full"), e.getMessage());
        }
    }

    @Test
    void anInterfaceThatIsNotThereIsToldAsSuch() {
        assertEquals(0, NetDevice.index("cof-none"));
        assertFalse(NetDevice.isUp("cof-none"));
        assertTrue(NetDevice.mac("cof-none").isEmpty());
        assertTrue(NetDevice.mac("lo").isEmpty(), "loopback has no Ethernet address");
        assertThrows(NativeCallException.class, () -> NetDevice.mtu("cof-none"));
        NativeCallException e =
                assertThrows(
                        NativeCallException.class, () -> PacketSocket.open("cof-none", 4, 2048));
        assertEquals(Errno.ENODEV.code(), e.errno());
        assertThrows(IllegalArgumentException.class, () -> NetDevice.index("a/b"));
        assertThrows(IllegalArgumentException.class, () -> Tap.create("name-of-sixteen-", 1));
    }

    @Test
    void loopbackIsUp() {
        assertTrue(NetDevice.index("lo") > 0);
    }
}
