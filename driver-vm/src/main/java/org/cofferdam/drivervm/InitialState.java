package org.cofferdam.drivervm;

import org.cofferdam.binding.kvm.SystemRegisters;

/**
 * The registers with which the virtual CPU of a small domain starts: 64-bit mode, CPL 3, paging on, interrupts enabled
 * but none connected. General registers that are not named are zero.
 *
 * @param rip first instruction
 * @param rsp top of the stack
 * @param rflags flags
 * @param system segments, descriptor tables and control registers
 */
public record InitialState(long rip, long rsp, long rflags, SystemRegisters system) {}
