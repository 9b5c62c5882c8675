package org.cofferdam.drivervm;

/**
 * The registers with which the virtual CPU of a small domain starts: 64-bit mode, CPL 3, paging on, interrupts enabled
 * but none connected. What is not here is zero (LDT unusable, general registers 0).
 *
 * @param rip first instruction
 * @param rsp top of the stack
 * @param rflags flags
 * @param cr0 control register 0
 * @param cr3 page-table root
 * @param cr4 control register 4
 * @param efer extended features: long mode, NX
 * @param code CS
 * @param data SS, DS, ES, FS, GS
 * @param task TR
 * @param gdtBase GDT
 * @param gdtLimit last offset in it
 * @param idtBase IDT
 * @param idtLimit last offset in it
 */
public record InitialState(
        long rip,
        long rsp,
        long rflags,
        long cr0,
        long cr3,
        long cr4,
        long efer,
        SegmentRegister code,
        SegmentRegister data,
        SegmentRegister task,
        long gdtBase,
        int gdtLimit,
        long idtBase,
        int idtLimit) {}
