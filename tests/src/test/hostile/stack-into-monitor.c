/*
 * Points its stack into the monitor's pages, then faults. Must: FAULT on record, nothing of the monitor's pages but
 * the frame and the fault stack changed, domain restarted.
 */
#include "hostile.h"

int main(void) {
    start_honest();
    __asm__ volatile("movl $0x120100, %%esp; syscall; ud2" ::: "memory");
    serve();
}
