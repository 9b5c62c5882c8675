package org.cofferdam.binding.net;

import static org.cofferdam.binding.libc.Constants.*;
import static org.cofferdam.binding.libc.Libc.C;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.cofferdam.binding.libc.Errno;
import org.cofferdam.binding.libc.Libc;

/** Facts and settings of a network interface by name, netdevice(7). Any thread; a few system calls each. */
public final class NetDevice {
    private static final int ARPHRD_ETHER = 1;

    private NetDevice() {}

    /** The interface's index, or 0 if there is none of this name in this network namespace. */
    public static int index(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            return call(request, SIOCGIFINDEX, "SIOCGIFINDEX", name, true)
                    ? request.get(ValueLayout.JAVA_INT, InterfaceRequest.UNION)
                    : 0;
        }
    }

    /** The six bytes of the Ethernet address, or empty if there is no such interface or it is not Ethernet. */
    public static Optional<byte[]> mac(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            if (!call(request, SIOCGIFHWADDR, "SIOCGIFHWADDR", name, true)
                    || request.get(ValueLayout.JAVA_SHORT, InterfaceRequest.UNION)
                            != ARPHRD_ETHER) {
                return Optional.empty();
            }
            return Optional.of(
                    request.asSlice(InterfaceRequest.UNION + 2, 6).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** Sets the Ethernet address. */
    public static void setMac(String name, byte[] mac) {
        if (mac.length != 6) {
            throw new IllegalArgumentException(
                    "an Ethernet address has 6 bytes, not " + mac.length);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            request.set(ValueLayout.JAVA_SHORT, InterfaceRequest.UNION, (short) ARPHRD_ETHER);
            MemorySegment.copy(
                    mac, 0, request, ValueLayout.JAVA_BYTE, InterfaceRequest.UNION + 2, 6);
            call(request, SIOCSIFHWADDR, "SIOCSIFHWADDR", name, false);
        }
    }

    /** The MTU in bytes, without the Ethernet header. */
    public static int mtu(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            call(request, SIOCGIFMTU, "SIOCGIFMTU", name, false);
            return request.get(ValueLayout.JAVA_INT, InterfaceRequest.UNION);
        }
    }

    /** Sets the MTU. */
    public static void setMtu(String name, int mtu) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            request.set(ValueLayout.JAVA_INT, InterfaceRequest.UNION, mtu);
            call(request, SIOCSIFMTU, "SIOCSIFMTU", name + ", " + mtu, false);
        }
    }

    /**
     * Sets how many packets wait for whoever takes them from the interface; a tap's queues, each with that many places,
     * are made anew then and keep what is in them.
     */
    public static void setQueueLength(String name, int packets) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            request.set(ValueLayout.JAVA_INT, InterfaceRequest.UNION, packets);
            call(request, SIOCSIFTXQLEN, "SIOCSIFTXQLEN", name + ", " + packets, false);
        }
    }

    /** Sets the interface administratively up or down. */
    public static void setUp(String name, boolean up) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            call(request, SIOCGIFFLAGS, "SIOCGIFFLAGS", name, false);
            int flags = request.get(ValueLayout.JAVA_SHORT, InterfaceRequest.UNION);
            int wanted = up ? flags | IFF_UP : flags & ~IFF_UP;
            request.set(ValueLayout.JAVA_SHORT, InterfaceRequest.UNION, (short) wanted);
            call(request, SIOCSIFFLAGS, "SIOCSIFFLAGS", name + (up ? ", up" : ", down"), false);
        }
    }

    /** Whether it is administratively up; false also if it does not exist. */
    public static boolean isUp(String name) {
        return (flags(name) & IFF_UP) != 0;
    }

    /** Whether it is up and has a carrier; false also if it does not exist. */
    public static boolean hasCarrier(String name) {
        return (flags(name) & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
    }

    private static int flags(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = InterfaceRequest.of(arena, name);
            return call(request, SIOCGIFFLAGS, "SIOCGIFFLAGS", name, true)
                    ? request.get(ValueLayout.JAVA_SHORT, InterfaceRequest.UNION)
                    : 0;
        }
    }

    /** One ioctl; false if the interface is missing and that is allowed. */
    private static boolean call(
            MemorySegment request, long code, String name, String detail, boolean mayBeMissing) {
        if (C.ioctl(Asking.SOCKET, code, request.address()) == 0) {
            return true;
        }
        if (mayBeMissing && Libc.errno() == Errno.ENODEV.code()) {
            return false;
        }
        throw Libc.failure("ioctl", name + ", " + detail);
    }

    /**
     * The socket that the questions go through. It is made once and never closed, since a confined process makes none;
     * and it is a Unix one, through which nothing can be sent to a network.
     */
    private static final class Asking {
        static final int SOCKET = open();

        private static int open() {
            int fd = C.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            if (fd < 0) {
                throw Libc.failure("socket", "AF_UNIX, SOCK_DGRAM");
            }
            return fd;
        }
    }
}
