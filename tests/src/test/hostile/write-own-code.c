/* Writes its own code. Must: FAULT with vector 14 at 0x200000 on record, the code unchanged, domain restarted. */
#include "hostile.h"

int main(void) {
    start_honest();
    *(volatile u8 *)OWN_CODE = 0x90;
    serve();
}
