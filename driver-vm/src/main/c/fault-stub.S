/*
 * The only code of the domain that runs at CPL 0: 32 entries for the IDT, which store what happened and tell the
 * monitor. It lies in monitor-owned pages that the image cannot reach.
 *
 * Trusts: the CPU. It touches nothing that the image can write. Every gate uses IST 1, so that the stack is always
 * the monitor's own, whatever RSP the image left. It never returns to the image.
 *
 * Frame at FRAME, 64-bit fields (FaultFrame.java reads it):
 *   0x00 vector, error code, RIP, CS, RFLAGS, RSP, SS, CR2
 *   0x40 RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8 .. R15
 *   0xb8 number of faults taken since the domain's start
 *
 * Entries lie 16 bytes apart from the start of the page. Exceptions 8, 10 to 14, 17, 21, 29 and 30 bring an error
 * code (AMD64 manual 2, 8.2; Intel SDM 3A, 6.15), the others get a zero in its place.
 */
        .set    FRAME, 0x124000
        .set    DOORBELL_FAULT, 0xf0000010

        .text
        .code64
        .globl  fault_stub
fault_stub:
        .set    vector, 0
        .rept   32
        .balign 16, 0xcc
        .if     (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)
        .else
        pushq   $0
        .endif
        pushq   $vector
        jmp     store_frame
        .set    vector, vector + 1
        .endr

        .balign 16, 0xcc
store_frame:
        movq    %rax, FRAME + 0x40
        movq    %rbx, FRAME + 0x48
        movq    %rcx, FRAME + 0x50
        movq    %rdx, FRAME + 0x58
        movq    %rsi, FRAME + 0x60
        movq    %rdi, FRAME + 0x68
        movq    %rbp, FRAME + 0x70
        movq    %r8, FRAME + 0x78
        movq    %r9, FRAME + 0x80
        movq    %r10, FRAME + 0x88
        movq    %r11, FRAME + 0x90
        movq    %r12, FRAME + 0x98
        movq    %r13, FRAME + 0xa0
        movq    %r14, FRAME + 0xa8
        movq    %r15, FRAME + 0xb0
        .set    slot, 0
        .rept   7                       /* vector, error code, then what the CPU pushed */
        movq    8 * slot(%rsp), %rax
        movq    %rax, FRAME + 8 * slot
        .set    slot, slot + 1
        .endr
        movq    %cr2, %rax
        movq    %rax, FRAME + 0x38
        movq    FRAME + 0xb8, %rax
        addq    $1, %rax
        movq    %rax, FRAME + 0xb8
        movq    FRAME, %rax
        movl    $DOORBELL_FAULT, %ecx
        movl    %eax, (%rcx)
stay:
        hlt
        jmp     stay

        .section .note.GNU-stack, "", @progbits
