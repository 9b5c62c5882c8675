#!/usr/bin/env python3
"""Reads an audit log by audit-log/FORMAT.md alone and checks what that file promises.

    tests/format/check_format.py [--json] DIRECTORY...

Shares no code with the log's own reader and needs nothing but Python's library, so that a mistake in either shows as a
difference. Prints segments, blocks and records with all their parts (--json), or a summary in words. Ed25519 signatures
are not checked, since the library has none; everything else is.

Ends with 0 if the log is whole, 1 if something is wrong (each thing a line on standard error, or in "findings"), 2 if
the command line is.
"""

import hashlib
import json
import os
import re
import struct
import sys

SEGMENT_MAGIC = b"COFSEGMT"
BLOCK_MAGIC = b"COFBLOCK"
VERSION = 2
HEADER = 256
HASHED = 224
READABLE_PAYLOAD = 1 << 20
LONGEST_RECORD = 4096
MOST_FIELDS = 16
MOST_PACKETS_ALIKE = 1024
ROTATED, CLOSED = 1, 2
TEXT, BURST, SPAN, ALIKE = 1, 2, 4, 8
START, STOP, SEGMENT, SOURCE, LOSS = 0x0001, 0x0002, 0x0005, 0x0006, 0x0004
CHECKPOINT, KEY, PRUNED = 0x0008, 0x0009, 0x000A

# Which field of a type is a port, by the table of types.
PORT_FIELDS = {
    0x0203: 0, 0x0204: 0, 0x0205: 0, 0x0206: 0, 0x0207: 0, 0x0208: 0, 0x0210: 0, 0x0211: 0,
    0x0212: 0, 0x0213: 0, 0x0214: 0, 0x0215: 0, 0x0216: 0, 0x0501: 0, 0x0502: 0, 0x0601: 1,
}


def crc32c_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


CRC_TABLE = crc32c_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def sha256(data):
    return hashlib.sha256(data).digest()


def merkle_root(leaves):
    if not leaves:
        return sha256(b"")
    level = [sha256(b"\x00" + leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) & ~1 :]
    return level[0]


class Damage(Exception):
    """A block or record that breaks the format."""


class Summary:
    """The three sets of a block's header, as numbers in which bit n is bit n of the set."""

    def __init__(self, sources=0, types=0, pairs=0):
        self.sources, self.types, self.pairs = sources, types, pairs

    @staticmethod
    def read(header):
        return Summary(
            int.from_bytes(header[144:152], "little"),
            int.from_bytes(header[152:168], "little"),
            int.from_bytes(header[168:200], "little"),
        )

    def add(self, source, code, port):
        self.sources |= 1 << source % 64
        self.types |= 1 << (16 * (code // 256 % 8) + code % 16)
        if port is not None:
            x = (code * 65536 + port) * 0x9E3779B1 % (1 << 32)
            self.pairs |= 1 << (x >> 24) | 1 << (x >> 16 & 255)

    def add_all(self, other):
        self.sources |= other.sources
        self.types |= other.types
        self.pairs |= other.pairs

    def covers(self, other):
        return not (other.sources & ~self.sources or other.types & ~self.types or other.pairs & ~self.pairs)


def parse_burst(body, alike):
    if len(body) < 16:
        raise Damage("a burst is cut")
    port, queue, packets, total = struct.unpack_from("<HHIQ", body)
    described = 1 if alike else packets
    if alike and packets > MOST_PACKETS_ALIKE or 16 + 3 * described > len(body):
        raise Damage("a burst of %d packets has no room for them" % packets)
    lengths = list(struct.unpack_from("<%dH" % described, body, 16))
    verdicts = list(body[16 + 2 * described : 16 + 3 * described])
    if alike:
        lengths, verdicts = lengths * packets, verdicts * packets
    return {"port": port, "queue": queue, "bytes": total, "lengths": lengths, "verdicts": verdicts}


def parse_record(data):
    """One record, without its padding, as a dictionary."""
    length, code, version, flags, source, fields, zero, count, sequence, time = struct.unpack_from("<IHBBHBBIQQ", data)
    at = 32
    record = {"type": code, "source": source, "sequence": sequence, "count": count, "time": time, "last": time}
    if fields > MOST_FIELDS or flags & TEXT and flags & BURST or flags & ALIKE and not flags & BURST:
        raise Damage("a record contradicts itself")
    if at + (8 if flags & SPAN else 0) + 8 * fields > length:
        raise Damage("a record is too short for its fields")
    if flags & SPAN:
        record["last"] = struct.unpack_from("<Q", data, at)[0]
        at += 8
    record["fields"] = list(struct.unpack_from("<%dQ" % fields, data, at))
    at += 8 * fields
    if flags & TEXT:
        record["text"] = data[at:].decode("utf-8", "replace")
    if flags & BURST:
        record["burst"] = parse_burst(data[at:], bool(flags & ALIKE))
    return record


def port_of(record):
    if "burst" in record:
        return record["burst"]["port"]
    field = PORT_FIELDS.get(record["type"])
    if field is None or field >= len(record["fields"]):
        return None
    return record["fields"][field] & 0xFFFF


def parse_payload(payload):
    """The records and the leaves of a block's payload."""
    records, leaves, at = [], [], 0
    while at < len(payload):
        if len(payload) - at < 32:
            raise Damage("a record is cut")
        length = struct.unpack_from("<I", payload, at)[0]
        padded = length + 7 & ~7
        if not 32 <= length <= LONGEST_RECORD or padded > len(payload) - at:
            raise Damage("a record claims %d bytes" % length)
        if any(payload[at + length : at + padded]):
            raise Damage("a record's padding is not zero")
        records.append(parse_record(payload[at : at + length]))
        leaves.append(payload[at : at + padded])
        at += padded
    return records, leaves


class Checker:
    """Follows a log from its first segment to its last."""

    def __init__(self):
        self.findings = []
        self.expected_block = None
        self.previous = bytes(32)
        self.log_id = None
        self.sequences = {}
        self.records = 0
        self.blocks = 0
        self.lost = 0
        self.pruned = []
        self.head = None
        self.unsealed = None

    def wrong(self, place, text):
        self.findings.append("%s: %s" % (place, text))

    def segment(self, path):
        name = os.path.basename(path)
        with open(path, "rb") as file:
            data = file.read()
        if len(data) < HEADER:
            self.wrong(name, "has no header")
            return {"file": name, "blocks": []}
        (version, header_bytes, number, run, first_block, start, allocated) = struct.unpack_from("<HHIQQQQ", data, 8)
        shown = {
            "file": name,
            "number": number,
            "run": run,
            "first_block": first_block,
            "start": start,
            "allocated": allocated,
            "previous": data[48:80].hex(),
            "log": data[80:96].hex(),
            "host": data[96:160].rstrip(b"\0").decode("utf-8", "replace"),
            "hash": data[224:256].hex(),
            "blocks": [],
        }
        if data[:8] != SEGMENT_MAGIC or version != VERSION or header_bytes != HEADER or any(data[160:224]):
            self.wrong(name, "does not begin with a segment's header")
        if sha256(data[:HASHED]) != data[224:256]:
            self.wrong(name, "header's hash")
        if "audit-%08d.cfl" % number != name:
            self.wrong(name, "holds segment %d" % number)
        if self.log_id is None:
            self.log_id = data[80:96]
            self.expected_block = first_block
            if number == 1 and (first_block != 0 or any(data[48:80])):
                self.wrong(name, "the first segment begins with block %d" % first_block)
            self.head = (number, first_block, data[48:80], run)
            self.previous = data[48:80]
        elif data[80:96] != self.log_id:
            self.wrong(name, "belongs to another log")
        if first_block != self.expected_block:
            self.wrong(name, "begins with block %d, not %d" % (first_block, self.expected_block))
        if data[48:80] != self.previous:
            self.wrong(name, "is not chained to the block before it")
        if self.unsealed == run:
            self.wrong(name, "goes on with a run whose segment before it is not sealed")
        sealed = self.walk(name, data, shown)
        self.unsealed = None if sealed else run
        if not sealed and len(data) != allocated:
            self.wrong(name, "was cut: it does not end with a flagged block")
        return shown

    def walk(self, name, data, shown):
        """The segment's blocks; whether the last of them is flagged."""
        whole, times, at, flags = Summary(), [], HEADER, 0
        while at + HEADER <= len(data) and any(data[at : at + HEADER]):
            place = "%s, byte %d" % (name, at)
            header = data[at : at + HEADER]
            payload_bytes = struct.unpack_from("<I", header, 12)[0]
            if header[:8] != BLOCK_MAGIC or struct.unpack_from("<H", header, 8)[0] != VERSION:
                self.wrong(place, "is no block")
                return True
            if payload_bytes > READABLE_PAYLOAD or payload_bytes % 8 or at + HEADER + payload_bytes > len(data):
                self.wrong(place, "a block claims %d bytes" % payload_bytes)
                return True
            if flags:
                self.wrong(place, "stands behind the block that seals the segment")
            flags = struct.unpack_from("<H", header, 10)[0]
            payload = data[at + HEADER : at + HEADER + payload_bytes]
            shown["blocks"].append(self.block(place, header, payload, flags, shown, whole, times))
            at += HEADER + payload_bytes
        if any(data[at:]):
            self.wrong("%s, byte %d" % (name, at), "something stands behind the last block")
        elif flags and at != len(data):
            self.wrong(name, "was not cut behind the block that seals it")
        return bool(flags)

    def block(self, place, header, payload, flags, segment, whole, times):
        (number, run, count, of_segment, earliest, latest, crc, zero) = struct.unpack_from("<QQIIQQII", header, 16)
        shown = {
            "number": number,
            "run": run,
            "flags": flags,
            "payload_bytes": len(payload),
            "records": [],
            "earliest": earliest,
            "latest": latest,
            "crc": crc,
            "previous": header[64:96].hex(),
            "merkle_root": header[96:128].hex(),
            "summary": header[144:200].hex(),
            "hash": header[224:256].hex(),
        }
        self.blocks += 1
        if sha256(header[:HASHED]) != header[224:256]:
            self.wrong(place, "block's hash")
        if crc32c(payload) != crc:
            self.wrong(place, "payload's CRC")
        if zero or any(header[200:224]) or flags & ~(ROTATED | CLOSED):
            self.wrong(place, "bits that must be zero")
        if header[64:96] != self.previous:
            self.wrong(place, "is not chained to the block before it")
        if number != self.expected_block:
            self.wrong(place, "is block %d, not %d" % (number, self.expected_block))
        if header[128:144] != self.log_id or run != segment["run"] or of_segment != segment["number"]:
            self.wrong(place, "was written for another log, run or segment")
        try:
            records, leaves = parse_payload(payload)
        except Damage as damage:
            self.wrong(place, str(damage))
            records, leaves = [], []
        if len(records) != count:
            self.wrong(place, "claims %d records and holds %d" % (count, len(records)))
        if merkle_root(leaves) != header[96:128]:
            self.wrong(place, "Merkle root")
        own = Summary()
        for record in records:
            own.add(record["source"], record["type"], port_of(record))
            self.record(place, record, run, header, segment, whole, number)
        own_times = [record["time"] for record in records]
        whole.add_all(own)
        times.extend(own_times)
        if flags:
            if records:
                self.wrong(place, "is flagged and holds records")
            own, own_times = whole, times
        if not Summary.read(header).covers(own):
            self.wrong(place, "summary leaves something out")
        if own_times and not (earliest <= min(own_times) and max(own_times) <= latest):
            self.wrong(place, "times leave something out")
        shown["records"] = records
        self.records += len(records)
        self.expected_block = number + 1
        self.previous = header[224:256]
        return shown

    def record(self, place, record, run, header, segment, whole, number):
        key = (run, record["source"])
        code, fields = record["type"], record["fields"]
        if code == SOURCE and record["source"] == 0:
            known = self.sequences.setdefault((run, fields[0]), fields[1])
            if known != fields[1]:
                self.wrong(place, "SOURCE says sequence %d for %d, not %d" % (fields[1], fields[0], known))
        # Where the beginning of a run was removed, SOURCE tells it; for source 0 the first record does.
        cut = self.head[0] > 1 and run == self.head[3] and key[1] == 0
        expected = self.sequences.get(key, record["sequence"] if cut else 0)
        if record["sequence"] != expected:
            self.wrong(place, "source %d: sequence %d, not %d" % (key[1], record["sequence"], expected))
        self.sequences[key] = record["sequence"] + 1
        if record["source"] != 0:
            return
        if code == SEGMENT and struct.pack("<4Q", *fields[2:6]).hex() != segment["hash"]:
            self.wrong(place, "SEGMENT repeats another hash than its header's")
        if code == LOSS:
            self.lost += fields[1]
        if code == CHECKPOINT and (fields[0] != number - 1 or struct.pack("<4Q", *fields[1:5]) != header[64:96]):
            self.wrong(place, "CHECKPOINT is not for the block before it")
        if code == KEY and sha256(struct.pack("<4Q", *fields[1:5]))[:8] != struct.pack("<Q", fields[0]):
            self.wrong(place, "KEY does not name its key rightly")
        if code == PRUNED:
            self.pruned.append((fields[1], fields[2], struct.pack("<4Q", *fields[3:7])))

    def end(self, last_flags):
        if last_flags == ROTATED:
            self.wrong("the last segment", "says that another follows")
        number, first_block, link, _ = self.head
        if number > 1 and (number - 1, first_block - 1, link) not in self.pruned:
            self.wrong("the first segment", "is number %d, and no PRUNED record tells of those before it" % number)


def check(directory):
    names = sorted(n for n in os.listdir(directory) if re.fullmatch(r"audit-\d{8}\.cfl", n))
    checker = Checker()
    segments = [checker.segment(os.path.join(directory, n)) for n in names]
    if not segments:
        checker.wrong(directory, "holds no segment")
    elif segments[-1]["blocks"]:
        checker.end(segments[-1]["blocks"][-1]["flags"])
    return {
        "segments": segments,
        "blocks": checker.blocks,
        "records": checker.records,
        "lost": checker.lost,
        "findings": checker.findings,
    }


def tell(directory, found, named):
    print(
        "%s%s: %d records, %d lost, %d blocks in %d segments"
        % (
            directory + ": " if named else "",
            "DAMAGED" if found["findings"] else "OK",
            found["records"],
            found["lost"],
            found["blocks"],
            len(found["segments"]),
        )
    )
    for finding in found["findings"]:
        print(finding, file=sys.stderr)


def main(arguments):
    as_json = "--json" in arguments
    directories = [a for a in arguments if a != "--json"]
    if not directories or directories[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    wrong = False
    for directory in directories:
        found = check(directory)
        wrong = wrong or bool(found["findings"])
        if as_json:
            json.dump(found, sys.stdout, indent=1, ensure_ascii=False)
            print()
        else:
            tell(directory, found, len(directories) > 1)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
