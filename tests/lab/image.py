#!/usr/bin/env python3
"""Boots the Linux driver domain's image in an emulated machine and holds it to what it promises.

    tests/lab/image.py [--kernel PACKAGE]... [--card MODEL]... [--modules A,B,...] [--memory MB] [--mtu BYTES]
                       [--append WORDS] [--keep FOLDER]

    --kernel   a package for ops/driver-image; more than one may be given. Default: the backports' kernel, and Debian's
               own (linux-image-amd64)
    --card     a card that QEMU has. Default: e1000e, e1000, igb and virtio-net-pci
    --modules  for ops/driver-image, if not its default
    --memory   of the domain in MiB (default 128). QEMU puts the initramfs at its end, so it has to fit behind the kernel:
               64 goes with a backported kernel and the modules of one card
    --mtu      of card and uplink (default 1500)
    --append   more words for the kernel's command line
    --keep     leave consoles and records there

No monitor takes part: QEMU from ops/lab is the machine, two datagram sockets are the ends of the card's and the uplink's
wires, and frames go from one to the other. Nothing of it is on any network; no root is needed.

Ends with 0 if all promises are held, 1 if one is not, 3 if the machine lacks something.
"""

import argparse
import os
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.environ.get("COFFERDAM_LAB_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "cofferdam/lab")
MAC = "52:54:00:12:34:56"
COMMAND_LINE = (
    "console=ttyS0 quiet panic=-1 oops=panic reboot=k acpi=off nr_cpus=1 ipv6.disable=1 mitigations=off audit=0 lsm= "
    "cgroup_disable=memory cgroup.memory=nokmem,nosocket transparent_hugepage=never init_on_alloc=0 "
    "no_timer_check tsc=reliable cofferdam_log=1")
# The registers' emulation ends its negotiation in half a second to two; a busy machine takes its time for all.
PATIENCE = 90
# What reads the card: where it differs from the model's name.
DRIVERS = {"virtio-net-pci": "virtio_net", "e1000-82540em": "e1000"}

held = broken = 0


def promise(what, kept, details=""):
    global held, broken
    if kept:
        held += 1
        print(f"ok      {what}", flush=True)
    else:
        broken += 1
        print(f"FAILED  {what}: {details}", flush=True)


def image_list(folder):
    """The lines of image.list, by their first word."""
    lines = {}
    with open(os.path.join(folder, "image.list"), encoding="ascii") as file:
        for line in file:
            word, *rest = line.split()
            lines.setdefault(word, []).append(rest)
    return lines


def initramfs_file(folder, name):
    """A file of the initramfs (cpio, format newc)."""
    with open(os.path.join(folder, "initramfs.cpio"), "rb") as file:
        data = file.read()
    at = 0
    while True:
        size, length = int(data[at + 54:at + 62], 16), int(data[at + 94:at + 102], 16)
        entry = data[at + 110:at + 110 + length - 1].decode()
        body = (at + 110 + length + 3) & ~3
        if entry == name:
            return data[body:body + size]
        if entry == "TRAILER!!!":
            return None
        at = (body + size + 3) & ~3


def build_id(module):
    """The build ID of a module: its note has the type 3 and the name GNU."""
    at = module.find(struct.pack("<III", 4, 20, 3) + b"GNU\0")
    return module[at + 16:at + 36].hex() if at >= 0 else None


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


ENDS = bytes([10, 73, 0, 2]) + bytes([10, 73, 0, 1])
ETHERNET = bytes.fromhex("525400aabb01525400ccdd02")


def tcp_frame(number, payload):
    """A segment of a TCP connection, with both checksums; GRO joins such ones if they come together."""
    tcp = struct.pack("!HHIIBBHHH", 5001, 40000, number, 1, 0x50, 0x10, 512, 0, 0)
    total = checksum(ENDS + struct.pack("!BBH", 0, 6, len(tcp) + len(payload)) + tcp + payload)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp) + len(payload), 7, 0x4000, 64, 6, 0)
    ip = ip + ENDS
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return ETHERNET + b"\x08\x00" + ip + tcp + payload


def tcp_payload(frame):
    """(sequence number, payload) of a frame whose checksums are right, else None."""
    if frame[12:14] != b"\x08\x00" or checksum(frame[14:34]) != 0:
        return None
    length = struct.unpack("!H", frame[16:18])[0]
    segment = frame[34:14 + length]
    if checksum(frame[26:34] + struct.pack("!BBH", 0, 6, len(segment)) + segment) != 0:
        return None
    return struct.unpack("!I", segment[4:8])[0], segment[20:]


def cut_kernel(folder, memory, work):
    """The kernel, with what follows its end cut off if the memory ends before that (kernel-end in image.list)."""
    path = os.path.join(folder, "vmlinux")
    with open(path, "rb") as file:
        elf = bytearray(file.read())
    kernel_end = int(image_list(folder)["kernel-end"][0][0])
    first, count = struct.unpack_from("<Q", elf, 32)[0], struct.unpack_from("<H", elf, 56)[0]
    cut = False
    for header in range(first, first + 56 * count, 56):
        kind, start, size = struct.unpack_from("<I20xQ8xQ", elf, header)
        if kind == 1 and start < kernel_end < start + size and start + size > memory << 20:
            struct.pack_into("<QQ", elf, header + 32, kernel_end - start, kernel_end - start)
            cut = True
    if not cut:
        return path
    with open(work + "/vmlinux", "wb") as file:
        file.write(elf)
    return work + "/vmlinux"


class Domain:
    """An image in a machine of its own."""

    def __init__(self, folder, card, options, work):
        self.work = work
        memory = options.memory
        tools = os.path.realpath(newest_tools())
        libraries = ":".join(tools + path for path in (
            "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu/pulseaudio"))
        self.ends = {name: self.end(name) for name in ("uplink", "wire")}
        # q35, since it has no device of its own at 00:01.0 and 00:02.0.
        command = [
            tools + "/lib64/ld-linux-x86-64.so.2", "--library-path", libraries, tools + "/usr/bin/qemu-system-x86_64",
            "-L", tools + "/usr/share/qemu", "-L", tools + "/usr/share/seabios", "-nodefaults", "-no-user-config",
            "-no-reboot", "-display", "none", "-M", "q35", "-accel", "tcg,tb-size=256", "-smp", "1", "-m", str(memory),
            "-cpu", "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+fsgsbase,+smep",
            "-kernel", cut_kernel(folder, memory, work), "-initrd", os.path.join(folder, "initramfs.cpio"),
            "-append", f"{COMMAND_LINE} cofferdam_mtu={options.mtu} {options.append}",
            "-netdev", self.netdev("uplink"),
            "-device", "virtio-net-pci,netdev=uplink,addr=1,disable-legacy=on,mac=02:00:00:00:00:01,romfile=",
            "-netdev", self.netdev("wire"), "-device", f"{card},netdev=wire,addr=2,mac={MAC},romfile=",
            "-serial", f"file:{work}/console", "-serial", f"file:{work}/records",
            "-monitor", f"unix:{work}/monitor,server=on,wait=off"]
        with open(work + "/qemu", "w", encoding="ascii") as log:
            self.qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.began = time.monotonic()

    def end(self, name):
        end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        end.bind(f"{self.work}/{name}.here")
        end.setblocking(False)
        return end

    def netdev(self, name):
        there, here = f"{self.work}/{name}.qemu", f"{self.work}/{name}.here"
        return f"dgram,id={name},local.type=unix,local.path={there},remote.type=unix,remote.path={here}"

    def records(self):
        try:
            with open(self.work + "/records", encoding="ascii", errors="replace") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def within(self, seconds, condition):
        """The condition's value as soon as it is true, else what it is at the end."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value or time.monotonic() > end or self.qemu.poll() is not None:
                return value or condition()
            time.sleep(0.02)  # between two looks at a file that grows

    def record(self, pattern, seconds=PATIENCE, after=0):
        """The first record from that number on which matches, else None."""
        return self.within(seconds, lambda: next(
            (match for match in (re.fullmatch(pattern, line) for line in self.records()[after:]) if match), None))

    def send(self, name, frame):
        for _ in range(500):
            try:
                self.ends[name].sendto(frame, f"{self.work}/{name}.qemu")
                return
            except BlockingIOError:
                time.sleep(0.01)  # QEMU does not read while the card has no room for a frame

    def receive(self, name, seconds):
        """The frames that come within that time."""
        frames, end = [], time.monotonic() + seconds
        while select.select([self.ends[name]], [], [], max(0, end - time.monotonic()))[0]:
            frames.append(self.ends[name].recv(1 << 17))
        return frames

    def settle(self):
        """Takes what still comes, until for a second nothing has: its queues hold thousands of frames."""
        end = time.monotonic() + 60
        while time.monotonic() < end and (ready := select.select(self.ends.values(), [], [], 1)[0]):
            for receiver in ready:
                receiver.recv(1 << 17)

    def qemu_monitor(self, command):
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(self.work + "/monitor")
            monitor.sendall(command.encode() + b"\n")
            time.sleep(0.5)  # QEMU answers on the same line; nothing else says that it is done

    def stop(self):
        self.qemu.kill()
        self.qemu.wait()
        for end in self.ends.values():
            end.close()

    def console(self):
        with open(self.work + "/console", encoding="ascii", errors="replace") as file:
            return file.read()


def newest_tools():
    """Where ops/lab/build has put QEMU."""
    folders = [os.path.join(CACHE, name) for name in os.listdir(CACHE) if name.startswith("tools-")]
    return max(folders, key=os.path.getmtime)


def crosses(domain, sender, receiver, frames):
    """Sends the frames one by one, and returns which of them do not come out as they went in, and what else comes."""
    lost, others = [], []
    for frame in frames:
        domain.send(sender, frame)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            came = domain.receive(receiver, 0.02)
            others += [other for other in came if other != frame]
            if frame in came:
                break
        else:
            lost.append(len(frame))
    return lost, others


def check_domain(folder, card, options, work):
    listed = image_list(folder)
    what = f"{listed['release'][0][0]} {card}"
    domain = Domain(folder, card, options, work)
    try:
        ready = domain.record("ready")
        promise(f"{what}: boots and joins", ready, domain.records()[-1:] + domain.console().splitlines()[-3:])
        if not ready:
            return
        print(f"        {time.monotonic() - domain.began:.1f} s from QEMU's start")
        driver = DRIVERS.get(card, card)
        said = domain.record(r"card driver=(\S+) mac=(\S+) srcversion=\S+ version=\S+ bus=0000:00:02.0 build=(\S+)", 0)
        module = initramfs_file(folder, f"modules/{driver}.ko")
        promise(f"{what}: the driver is the package's module, by its build ID",
                said and said.groups() == (driver, MAC, build_id(module)), domain.records())
        up = domain.record("link up speed=(1000|0) duplex=(full|unknown)")
        promise(f"{what}: the link is up", up, domain.records())
        domain.receive("uplink", 0.5)

        frames = [ETHERNET + b"\x88\xb5" + os.urandom(length - 14) for length in (60, 61, 64, 590, 1513, 1514)]
        frames += [ETHERNET + b"\x81\x00\x00\x64\x88\xb5" + os.urandom(length - 18) for length in (64, 1518)]
        if options.mtu > 1500:
            frames.append(ETHERNET + b"\x88\xb5" + os.urandom(options.mtu))
        frames.append(b"\xff" * 6 + frames[0][6:])
        frames.append(bytes.fromhex("01005e000001") + frames[1][6:])
        for sender, receiver in (("wire", "uplink"), ("uplink", "wire")):
            lost, others = crosses(domain, sender, receiver, frames)
            promise(f"{what}: frames of all lengths, with VLAN tags too, pass unchanged from {sender} to {receiver}",
                    not lost and not others, f"lost {lost}, others {[frame[:64].hex() for frame in others]}")

            # Together, so that the kernel joins them on one side and takes them apart on the other.
            stream = os.urandom(40 * 1448)
            for at in range(0, len(stream), 1448):
                domain.send(sender, tcp_frame(at, stream[at:at + 1448]))
            came, got = domain.receive(receiver, 2), {}
            for segment in map(tcp_payload, came):
                if segment:
                    got[segment[0]] = segment[1]
            promise(f"{what}: TCP segments arrive with right checksums from {sender} to {receiver}",
                    b"".join(got[at] for at in sorted(got)) == stream and len(came) == 40,
                    f"{len(came)} frames, {sum(map(len, got.values()))} of {len(stream)} bytes")

        for number in range(3000):
            for sender in domain.ends:
                domain.send(sender, frames[5])
            if number % 50 == 0:
                for receiver in domain.ends:
                    domain.receive(receiver, 0)
        domain.settle()
        lost, others = crosses(domain, "wire", "uplink", frames)
        promise(f"{what}: frames pass after a flood from both sides", not lost and not others,
                f"lost {lost}, {len(others)} others")

        before = len(domain.records())
        domain.qemu_monitor("set_link wire off")
        promise(f"{what}: a pulled cable is reported", domain.record("link down", after=before), domain.records())
        before = len(domain.records())
        domain.qemu_monitor("set_link wire on")
        promise(f"{what}: and when it is back", domain.record("link up .*", after=before), domain.records())
        beat = domain.record(r"beat \d+ rx_packets=(\d+) rx_bytes=\d+ tx_packets=(\d+) tx_bytes=\d+ rx_missed=\d+ "
                             r"rx_dropped=\d+ tx_dropped=\d+ rx_errors=0 tx_errors=0", after=before)
        promise(f"{what}: the beat counts the card's frames",
                beat and min(int(beat[1]), int(beat[2])) >= 50, domain.records()[-1:])
        silent = domain.receive("uplink", 0.2) + domain.receive("wire", 1)
        promise(f"{what}: the domain sends nothing by itself", not silent, [frame[:64].hex() for frame in silent])
        promise(f"{what}: the kernel's log is on the console",
                domain.within(PATIENCE, lambda: "Linux version " in domain.console()), domain.console()[-200:])
        print(f"        {re.search('init: joined; (.*)', domain.console())[1]}")
    finally:
        domain.stop()


def check_refusal(folder, work, options):
    """A card that no module is for: the domain says so and restarts, which QEMU is told to take for an end."""
    domain = Domain(folder, "rtl8139", options, work)
    try:
        promise("a card without a module is a sentence and a restart",
                domain.record("fail no module in the initramfs is for the card pci:.*")
                and domain.within(10, lambda: domain.qemu.poll() == 0)
                and "init: no module" in domain.console(), domain.records())
    finally:
        domain.stop()


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("--kernel", action="append")
    parser.add_argument("--card", action="append")
    parser.add_argument("--modules")
    parser.add_argument("--memory", type=int, default=128)
    parser.add_argument("--mtu", type=int, default=1500)
    parser.add_argument("--append", default="")
    parser.add_argument("--keep")
    options = parser.parse_args()
    if subprocess.run([ROOT + "/ops/lab/build"], check=False).returncode != 0:
        sys.exit(3)
    with tempfile.TemporaryDirectory() as scratch:
        kept = os.path.abspath(options.keep) if options.keep else scratch

        def folder_for(name):
            # Sockets' paths are short, so each machine's folder is the scratch one, and is moved afterwards.
            path = os.path.join(kept, name)
            os.makedirs(path, exist_ok=True)
            return path

        for kernel in options.kernel or ["", "linux-image-amd64"]:
            image = os.path.join(scratch, "image-" + (kernel or "backports"))
            command = [ROOT + "/ops/driver-image", "--out", image] + (["--kernel", kernel] if kernel else [])
            command += ["--modules", options.modules] if options.modules else []
            if (code := subprocess.run(command, check=False).returncode) != 0:
                sys.exit(3 if code == 3 else 1)
            for card in options.card or ["e1000e", "e1000", "igb", "virtio-net-pci"]:
                check_domain(image, card, options, folder_for(f"{kernel or 'backports'}-{card}"))
        check_refusal(image, folder_for("refusal"), options)
    print(f"{held} promises held, {broken} broken")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
