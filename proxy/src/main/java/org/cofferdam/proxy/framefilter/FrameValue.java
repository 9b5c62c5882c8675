package org.cofferdam.proxy.framefilter;

/** A number of 32 bits without sign, computed of a frame. */
sealed interface FrameValue {
    long MASK = 0xffff_ffffL;

    /** The number; if there is none, {@link FrameBytes#outside} says so afterwards. */
    long of(FrameBytes frame);

    /** Always the same. */
    record Constant(long value) implements FrameValue {
        @Override
        public long of(FrameBytes frame) {
            return value;
        }
    }

    /** The frame's length on the wire. */
    record Length() implements FrameValue {
        @Override
        public long of(FrameBytes frame) {
            return frame.length();
        }
    }

    /** Bytes in network order at {@code base} plus a number. */
    record Load(int base, FrameValue index, int size) implements FrameValue {
        @Override
        public long of(FrameBytes frame) {
            return frame.load(base + index.of(frame), size);
        }
    }

    /** The length of the IPv4 header at a place, by its first octet (RFC 791, section 3.1). */
    record HeaderLength(int network) implements FrameValue {
        @Override
        public long of(FrameBytes frame) {
            return (frame.load(network, 1) & 0xf) * 4;
        }
    }

    /** Two numbers and a sign between them, modulo 2^32. */
    record Arithmetic(FrameValue left, char sign, FrameValue right) implements FrameValue {
        @Override
        public long of(FrameBytes frame) {
            long a = left.of(frame);
            long b = right.of(frame);
            return switch (sign) {
                case '+' -> a + b & MASK;
                case '-' -> a - b & MASK;
                case '*' -> a * b & MASK;
                case '/' -> quotient(frame, a, b);
                case '&' -> a & b;
                case '|' -> a | b;
                case '<' -> b > 31 ? 0 : a << b & MASK;
                case '>' -> b > 31 ? 0 : a >>> b;
                default -> throw new IllegalStateException("sign " + sign);
            };
        }

        private static long quotient(FrameBytes frame, long a, long b) {
            if (b == 0) {
                frame.fail();
                return 0;
            }
            return a / b;
        }
    }
}
