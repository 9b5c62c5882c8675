package org.cofferdam.binding.privilege;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of the list of system calls. Its forms, a reason after {@code #} aside:
 *
 * <pre>
 * futex                        allowed
 * ioctl arg1=0xae80            allowed if the argument's low 32 bits have this value
 * clone arg0&amp;0x7e030000=0x10000   allowed if, of these bits, exactly these are set
 * mmap arg2&amp;4=0 arg3&amp;0x20=0x20   allowed if all of this holds
 * tgkill arg0=self             allowed if the argument is what the reader of the list calls so
 * clone3 errno=38              answered with this error number
 * </pre>
 *
 * @param conditions all of which must hold; none: allowed whatever the arguments are
 * @param errno what is answered instead of the call; 0: the call is made
 */
record CallRule(String name, int number, List<Condition> conditions, int errno) {
    private static final Pattern LINE =
            Pattern.compile(
                    "([a-z_0-9]+)((?:\\s+arg[0-5](?:&\\S+?)?=\\S+)*)(?:\\s+errno=([0-9]{1,3}))?");
    private static final Pattern CONDITION = Pattern.compile("arg([0-5])(?:&(\\S+?))?=(\\S+)");

    /**
     * What an argument must be.
     *
     * @param argument its number, 0 to 5
     * @param mask the bits of it that count
     * @param value what they must be
     */
    record Condition(int argument, int mask, int value) {}

    static CallRule parse(String line, Map<String, Integer> words) {
        Matcher m = LINE.matcher(line);
        if (!m.matches() || (!m.group(2).isEmpty() && m.group(3) != null)) {
            throw new IllegalArgumentException("\"" + line + "\" is not a rule for a system call");
        }
        List<Condition> conditions = new ArrayList<>();
        Matcher c = CONDITION.matcher(m.group(2));
        while (c.find()) {
            int mask = c.group(2) == null ? -1 : number(c.group(2), words);
            conditions.add(
                    new Condition(Integer.parseInt(c.group(1)), mask, number(c.group(3), words)));
        }
        int errno = m.group(3) == null ? 0 : Integer.parseInt(m.group(3));
        return new CallRule(
                m.group(1), SystemCalls.number(m.group(1)), List.copyOf(conditions), errno);
    }

    private static int number(String text, Map<String, Integer> words) {
        Integer word = words.get(text);
        return word != null ? word : (int) (long) Long.decode(text);
    }
}
