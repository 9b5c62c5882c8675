/*
 * Entry of every image: aligns the stack that the monitor set up, calls main(), and never comes back.
 *
 * Trusts: RSP. main() of an image does not return; should it, ud2 ends the domain with a clear frame.
 */
        .section .text.start, "ax"
        .globl  _start
_start:
        xorl    %ebp, %ebp
        andq    $-16, %rsp
        cld
        call    main
        ud2

        .section .note.GNU-stack, "", @progbits
