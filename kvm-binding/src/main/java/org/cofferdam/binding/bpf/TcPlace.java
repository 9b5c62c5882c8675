package org.cofferdam.binding.bpf;

/**
 * Where a filter sits in its interface's list.
 *
 * @param handle its number among those of the same priority, not 0
 * @param priority 1 to 65535; lower ones come first
 */
public record TcPlace(int handle, int priority) {
    public TcPlace {
        if (handle == 0 || priority < 1 || priority > 65_535) {
            throw new IllegalArgumentException(
                    "no place for a tc filter: handle " + handle + ", priority " + priority);
        }
    }

    @Override
    public String toString() {
        return "handle 0x" + Integer.toHexString(handle) + " priority " + priority;
    }
}
