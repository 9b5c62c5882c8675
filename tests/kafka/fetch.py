"""Reads a topic of a Kafka broker by Kafka's own protocol, committed records only. Standard library alone.

It speaks Metadata 1, ListOffsets 2, Fetch 4 and record batches of version 2 with no compression, gzip or LZ4. It is for
tests: one broker, no TLS, no passwords.
"""

import gzip
import socket
import struct


class Broker:
    """A connection to one broker."""

    def __init__(self, host, port, timeout=30):
        self.socket = socket.create_connection((host, port), timeout)
        self.correlation = 0

    def _exact(self, length):
        parts = []
        while length:
            part = self.socket.recv(min(length, 1 << 20))
            if not part:
                raise EOFError("the broker closed the connection")
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def call(self, key, version, body):
        self.correlation += 1
        head = struct.pack(">hhih", key, version, self.correlation, 5) + b"check"
        self.socket.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
        answer = Reader(self._exact(struct.unpack(">i", self._exact(4))[0]))
        assert answer.take(">i") == self.correlation
        return answer

    def partitions(self, topic):
        """Numbers of the topic's partitions."""
        answer = self.call(3, 1, struct.pack(">i", 1) + text(topic))
        for _ in range(answer.take(">i")):
            answer.take(">i")
            answer.text()
            answer.take(">i")
            answer.text()
        answer.take(">i")
        found = []
        for _ in range(answer.take(">i")):
            error = answer.take(">h")
            name = answer.text()
            answer.take(">b")
            for _ in range(answer.take(">i")):
                answer.take(">h")
                number = answer.take(">i")
                answer.take(">i")
                for _ in range(2):
                    for _ in range(answer.take(">i")):
                        answer.take(">i")
                if name == topic and error == 0:
                    found.append(number)
        return sorted(found)

    def end(self, topic, partition):
        """The offset behind the last record that is committed or aborted for good."""
        body = struct.pack(">ibi", -1, 1, 1) + text(topic) + struct.pack(">iiq", 1, partition, -1)
        answer = self.call(2, 2, body)
        answer.take(">i")
        answer.take(">i")
        answer.text()
        answer.take(">i")
        answer.take(">i")
        error = answer.take(">h")
        answer.take(">q")
        if error:
            raise IOError("ListOffsets answers %d" % error)
        return answer.take(">q")

    def records(self, topic, partition, end):
        """Committed records from the partition's beginning up to an offset, as (offset, key, value, headers)."""
        offset = 0
        aborted = []  # (first offset, producer), of transactions that came to nothing
        open_aborts = set()
        while offset < end:
            body = struct.pack(">iiiib", -1, 500, 1, 16 << 20, 1) + struct.pack(">i", 1) + text(topic)
            body += struct.pack(">iiqi", 1, partition, offset, 16 << 20)
            answer = self.call(1, 4, body)
            answer.take(">i")
            answer.take(">i")
            answer.text()
            answer.take(">i")
            answer.take(">i")
            error = answer.take(">h")
            if error:
                raise IOError("Fetch answers %d" % error)
            answer.take(">q")
            answer.take(">q")
            for _ in range(max(0, answer.take(">i"))):
                producer = answer.take(">q")
                entry = (answer.take(">q"), producer)
                if entry not in aborted:
                    aborted.append(entry)
            data = answer.bytes()
            for batch in batches(data):
                last = batch["base"] + batch["last"]
                if last < offset:
                    continue
                for first, producer in list(aborted):
                    if first <= last and producer == batch["producer"]:
                        aborted.remove((first, producer))
                        open_aborts.add(producer)
                offset = last + 1
                if batch["control"]:
                    if batch["kind"] == 0:
                        open_aborts.discard(batch["producer"])
                    continue
                if batch["transactional"] and batch["producer"] in open_aborts:
                    continue
                for record in batch["records"]():
                    if record[0] < end:
                        yield record


def text(value):
    encoded = value.encode()
    return struct.pack(">h", len(encoded)) + encoded


class Reader:
    """Takes fields off bytes, one after the other."""

    def __init__(self, data, at=0):
        self.data = data
        self.at = at

    def take(self, form):
        value = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value[0]

    def text(self):
        length = self.take(">h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at].decode()

    def bytes(self):
        length = self.take(">i")
        if length < 0:
            return b""
        self.at += length
        return self.data[self.at - length:self.at]

    def varint(self):
        shift = value = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return (value >> 1) ^ -(value & 1)
            shift += 7

    def varbytes(self):
        length = self.varint()
        if length < 0:
            return None
        self.at += length
        return bytes(self.data[self.at - length:self.at])


def batches(data):
    """The record batches in what a fetch brought; a last one that is cut is left out."""
    at = 0
    while at + 61 <= len(data):
        base, length = struct.unpack_from(">qi", data, at)
        if at + 12 + length > len(data):
            return
        magic, = struct.unpack_from(">b", data, at + 16)
        if magic != 2:
            raise IOError("a batch of version %d" % magic)
        attributes, last = struct.unpack_from(">hi", data, at + 21)
        producer, = struct.unpack_from(">q", data, at + 43)
        count, = struct.unpack_from(">i", data, at + 57)
        body = data[at + 61:at + 12 + length]
        control = bool(attributes & 0x20)
        batch = {
            "base": base,
            "last": last,
            "producer": producer,
            "transactional": bool(attributes & 0x10),
            "control": control,
            "records": lambda b=body, a=attributes, o=base, n=count: list(records(b, a, o, n)),
        }
        if control:
            key = next(records(body, attributes, base, count))[1]
            batch["kind"] = struct.unpack_from(">h", key, 2)[0]  # 0 abort, 1 commit
        yield batch
        at += 12 + length


def records(body, attributes, base, count):
    codec = attributes & 7
    if codec == 1:
        body = gzip.decompress(body)
    elif codec == 3:
        body = lz4(body)
    elif codec:
        raise IOError("compression %d is not known here" % codec)
    reader = Reader(body)
    for _ in range(count):
        reader.varint()
        reader.at += 1
        reader.varint()
        offset = base + reader.varint()
        key = reader.varbytes()
        value = reader.varbytes()
        headers = {}
        for _ in range(reader.varint()):
            name = reader.varbytes().decode()
            headers[name] = reader.varbytes()
        yield offset, key, value, headers


def lz4(data):
    """An LZ4 frame (magic 0x184D2204), its checksums not looked at."""
    magic, flags = struct.unpack_from("<IB", data, 0)
    if magic != 0x184D2204:
        raise IOError("no LZ4 frame")
    at = 6 + (8 if flags & 8 else 0) + 1
    out = bytearray()
    while True:
        size, = struct.unpack_from("<I", data, at)
        at += 4
        if size == 0:
            return bytes(out)
        raw = size & 0x80000000
        size &= 0x7FFFFFFF
        if raw:
            out += data[at:at + size]
        else:
            lz4_block(data, at, at + size, out)
        at += size + (4 if flags & 0x10 else 0)


def lz4_block(data, at, end, out):
    while at < end:
        token = data[at]
        at += 1
        length = token >> 4
        if length == 15:
            while True:
                more = data[at]
                at += 1
                length += more
                if more != 255:
                    break
        out += data[at:at + length]
        at += length
        if at >= end:
            return
        distance = data[at] | data[at + 1] << 8
        at += 2
        length = token & 15
        if length == 15:
            while True:
                more = data[at]
                at += 1
                length += more
                if more != 255:
                    break
        length += 4
        start = len(out) - distance
        if distance == 0 or start < 0:
            raise IOError("an LZ4 match before the beginning")
        if distance >= length:
            out += out[start:start + length]
        else:
            piece = bytes(out[start:])
            out += (piece * (length // distance + 1))[:length]

