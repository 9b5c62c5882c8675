/* Writes its boot page. Must: FAULT with vector 14 at 0x300000 on record, domain restarted. */
#include "hostile.h"

int main(void) {
    start_honest();
    *(volatile u64 *)BOOT_PAGE_ADDRESS = 0;
    serve();
}
