/* Reads its page tables. Must: FAULT with vector 14 at 0x100000 on record, domain restarted. */
#include "hostile.h"

int main(void) {
    start_honest();
    u64 entry = *(volatile u64 *)PAGE_TABLES;
    status_page()->heartbeat += entry;
    serve();
}
