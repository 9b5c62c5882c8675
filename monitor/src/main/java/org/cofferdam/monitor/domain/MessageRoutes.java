package org.cofferdam.monitor.domain;

import java.util.ArrayList;
import java.util.List;
import org.cofferdam.audit.CrossingType;
import org.cofferdam.binding.event.EventFd;
import org.cofferdam.binding.kvm.GsiRoute;
import org.cofferdam.binding.kvm.Vm;
import org.cofferdam.monitor.pc.MessageInterrupts;

/**
 * The message interrupts of a domain's PC: each has an eventfd that KVM turns into the message which the domain wrote
 * into its device's capability. The numbers follow those of the lines (IOAPIC pins 0 to 23).
 *
 * <p>The vCPU thread; who signals an eventfd may be any. A message goes to this machine's LAPIC and nowhere else, whatever
 * address the domain writes: KVM delivers within the virtual machine.
 */
final class MessageRoutes {
    private static final int FIRST = 24;

    private final Vm vm;
    private final DomainRecorder recorder;
    private final List<GsiRoute> lines = GsiRoute.standard();
    private final GsiRoute[] messages;

    MessageRoutes(Vm vm, DomainRecorder recorder, int count) {
        this.vm = vm;
        this.recorder = recorder;
        this.messages = new GsiRoute[count];
        for (int i = 0; i < count; i++) {
            messages[i] = new GsiRoute.Message(FIRST + i, 0, 0);
        }
        apply();
    }

    /**
     * The messages of a device that this process emulates, and which asks whether it may signal.
     *
     * @param first number of its vector 0 among all
     * @param events signals to send them by, one for each vector
     */
    MessageInterrupts device(int first, List<EventFd> events) {
        for (int i = 0; i < events.size(); i++) {
            vm.assignIrqfd(events.get(i), FIRST + first + i);
        }
        return new MessageInterrupts() {
            @Override
            public void route(int vector, long address, int data) {
                set(first + vector, address, data);
            }

            @Override
            public void mask(int vector) {
                // The route stays: a signal that was decided on just before would be lost without
                // one, and after a mask the device makes none.
                recorder.event(CrossingType.INTERRUPT_ROUTE, first + vector, 0, 0);
            }
        };
    }

    /**
     * The messages of a device that signals without asking: while a vector is masked KVM does not listen to its eventfd,
     * which keeps what comes. KVM sends that when it listens again.
     *
     * @param first number of its vector 0 among all
     * @param events what the device signals, one for each vector
     */
    MessageInterrupts passedDevice(int first, List<EventFd> events) {
        boolean[] heard = new boolean[events.size()];
        return new MessageInterrupts() {
            @Override
            public void route(int vector, long address, int data) {
                set(first + vector, address, data);
                if (!heard[vector]) {
                    heard[vector] = true;
                    vm.assignIrqfd(events.get(vector), FIRST + first + vector);
                }
            }

            @Override
            public void mask(int vector) {
                if (heard[vector]) {
                    heard[vector] = false;
                    vm.deassignIrqfd(events.get(vector), FIRST + first + vector);
                }
                recorder.event(CrossingType.INTERRUPT_ROUTE, first + vector, 0, 0);
            }
        };
    }

    private void set(int number, long address, int data) {
        messages[number] = new GsiRoute.Message(FIRST + number, address, data);
        recorder.event(CrossingType.INTERRUPT_ROUTE, number, address, data);
        apply();
    }

    private void apply() {
        List<GsiRoute> all = new ArrayList<>(lines);
        for (GsiRoute message : messages) {
            // A message to address 0 is none; KVM takes only what could be one (SDM 3A, 11.11.1).
            if (message instanceof GsiRoute.Message m && m.address() != 0) {
                all.add(m);
            }
        }
        vm.setRoutes(all);
    }
}
