/* Writes the monitor's fault stub. Must: FAULT with vector 14 at 0x122000 on record, stub unchanged, restart. */
#include "hostile.h"

int main(void) {
    start_honest();
    *(volatile u64 *)FAULT_STUB = 0x9090909090909090ull;
    serve();
}
