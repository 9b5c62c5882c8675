#!/usr/bin/env python3
"""Numbered datagrams of 64 bytes from one socket to another, as fast as they go.

    datagrams.py receive ADDRESS PORT COUNT   waits for all of them; which are missing, or not as they were sent, is said
    datagrams.py send ADDRESS PORT COUNT
"""

import socket
import sys

SIZE = 64
PATIENCE_SECONDS = 20
SO_RCVBUFFORCE = 33  # socket(7): more than net.core.rmem_max, for root


def datagram(number):
    return b"%0*d" % (SIZE, number)


def receive(address, port, count):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
        udp.bind((address, port))
        udp.settimeout(PATIENCE_SECONDS)
        for number in range(count):
            try:
                got = udp.recv(2 * SIZE)
            except TimeoutError:
                sys.exit(f"datagrams.py: number {number} of {count} has not come within {PATIENCE_SECONDS} s")
            if got != datagram(number):
                sys.exit(f"datagrams.py: instead of number {number} came {got!r}")


def send(address, port, count):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect((address, port))
        for number in range(count):
            udp.send(datagram(number))


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] not in ("receive", "send"):
        sys.exit(__doc__)
    {"receive": receive, "send": send}[sys.argv[1]](sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
