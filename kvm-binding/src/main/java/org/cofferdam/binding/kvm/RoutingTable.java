package org.cofferdam.binding.kvm;

import static org.cofferdam.binding.kvm.KvmConstants.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Writes struct kvm_irq_routing for the kernel.
 *
 * <pre>
 * 0 count   4 flags (0)   8 entries of 48 bytes:
 *           0 gsi   4 type   8 flags (0)   12 pad   16 chip and pin, or address (low, high) and data
 * </pre>
 */
final class RoutingTable {
    private static final int HEADER_BYTES = 8;
    private static final int ENTRY_BYTES = 48;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private RoutingTable() {}

    static MemorySegment of(Arena arena, List<GsiRoute> routes) {
        MemorySegment table = arena.allocate(HEADER_BYTES + (long) routes.size() * ENTRY_BYTES, 8);
        table.set(INT, 0, routes.size());
        long at = HEADER_BYTES;
        for (GsiRoute route : routes) {
            table.set(INT, at, route.gsi());
            switch (route) {
                case GsiRoute.Line line -> {
                    table.set(INT, at + 4, KVM_IRQ_ROUTING_IRQCHIP);
                    table.set(INT, at + 16, line.chip().number());
                    table.set(INT, at + 20, line.pin());
                }
                case GsiRoute.Message message -> {
                    table.set(INT, at + 4, KVM_IRQ_ROUTING_MSI);
                    table.set(INT, at + 16, (int) message.address());
                    table.set(INT, at + 20, (int) (message.address() >>> 32));
                    table.set(INT, at + 24, message.data());
                }
            }
            at += ENTRY_BYTES;
        }
        return table;
    }
}
