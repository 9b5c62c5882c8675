package org.cofferdam.binding.privilege;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of the list of system calls. Its forms, a reason after {@code #} aside:
 *
 * <pre>
 * futex                        allowed
 * ioctl arg1=0xae80            allowed if the argument's low 32 bits have this value
 * clone arg0&amp;0x7e030000=0x10000   allowed if, of these bits, exactly these are set
 * tgkill arg0=self             allowed if the argument is this process's number
 * clone3 errno=38              answered with this error number
 * </pre>
 *
 * @param argument its number, or -1 where none is looked at
 * @param mask the bits of the argument that count
 * @param value what they must be
 * @param errno what is answered instead of the call; 0: the call is made
 */
record CallRule(String name, int number, int argument, int mask, int value, int errno) {
    private static final Pattern LINE =
            Pattern.compile(
                    "([a-z_0-9]+)(?:\\s+(?:arg([0-5])(?:&(\\S+?))?=(\\S+)|errno=([0-9]{1,3})))?");

    static CallRule parse(String line, int self) {
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
            throw new IllegalArgumentException("\"" + line + "\" is not a rule for a system call");
        }
        int number = SystemCallNumbers.of(m.group(1));
        if (m.group(2) != null) {
            int mask = m.group(3) == null ? -1 : bits(m.group(3));
            int value = m.group(4).equals("self") ? self : bits(m.group(4));
            return new CallRule(m.group(1), number, Integer.parseInt(m.group(2)), mask, value, 0);
        }
        int errno = m.group(5) == null ? 0 : Integer.parseInt(m.group(5));
        return new CallRule(m.group(1), number, -1, 0, 0, errno);
    }

    private static int bits(String number) {
        return (int) (long) Long.decode(number);
    }
}
