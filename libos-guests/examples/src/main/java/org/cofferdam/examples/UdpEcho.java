package org.cofferdam.examples;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;

/**
 * Sends each datagram back to where it came from. Arguments: address and port.
 */
public final class UdpEcho {
    private static final int LONGEST = 65_507;

    private UdpEcho() {}

    /** Echoes until the process is ended. */
    public static void main(String[] args) throws IOException {
        try (DatagramSocket socket =
                new DatagramSocket(Integer.parseInt(args[1]), InetAddress.ofLiteral(args[0]))) {
            System.out.println("echoing on " + socket.getLocalSocketAddress());
            DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
            while (true) {
                socket.receive(packet);
                socket.send(packet);
            }
        }
    }
}
