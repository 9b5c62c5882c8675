/* Says READY with a link and starts neither card nor rings. Must: the watchdog restarts it once frames wait. */
#include "hostile.h"

int main(void) {
    claim_ready();
    yield_for_ever();
}
