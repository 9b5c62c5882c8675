package org.cofferdam.monitor.config;

/**
 * A name that the kernel accepts for a network interface: 1 to 15 bytes, no white space, no slash, no colon, not "."
 * or ".." (dev_valid_name in the kernel), and here printable ASCII only, so that it can go into logs and commands.
 */
public record InterfaceName(String value) {
    /** IFNAMSIZ - 1. */
    private static final int MAX_BYTES = 15;

    public InterfaceName {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "\""
                            + value
                            + "\" is not an interface name (1 to 15 printable characters without space, / or :)");
        }
    }

    private static boolean isValid(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_BYTES
                && !name.equals(".")
                && !name.equals("..")
                && !name.startsWith("-") // tools such as ip and tc would read it as an option
                && name.chars()
                        .allMatch(c -> c > 0x20 && c < 0x7f && c != '/' && c != ':' && c != '%');
    }

    @Override
    public String toString() {
        return value;
    }
}
