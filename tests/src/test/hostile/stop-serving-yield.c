/* Forwards, then only YIELDs with its heartbeat running on. Must: the watchdog restarts it. */
#include "hostile.h"

int main(void) {
    start_honest();
    yield_for_ever();
}
