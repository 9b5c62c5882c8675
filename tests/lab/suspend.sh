#!/bin/bash
# The machine sleeps while the driver domain has the card, twice, and wakes: frames pass again, the log says that it
# slept.
#
#   suspend.sh STATE WAY [IMAGE]     as for lab-sleep: freeze button, or mem rtc; IMAGE of a Linux domain
. /share/lib.sh
prepare
# What the machine shares with the real one is let go while it sleeps, so nothing may be open there.
if [ -d /share/caches ]; then
    cp -r /share/caches /tmp/caches
    export COFFERDAM_CACHES=/tmp/caches
fi
image=()
boot=0 # seconds that a kernel's start takes longer than the built-in driver's
if [ $# -gt 2 ]; then
    boot=50
    cp -r "/share/$3" /tmp/image
    chmod -R a+rX /tmp/image
    image=(--image /tmp/image)
    sysctl -q vm.nr_hugepages=72
fi
out=/tmp
cd /

# slept_times COUNT: so often is it on record (CardCondition.SLEPT).
slept_times() {
    records CARD_CONDITION | jq -es "map(select(.fields.condition == 6)) | length == $1"
}

promise "start" start "${image[@]}"
for sleep in 1 2; do
    promise "sleep $sleep: frames pass before" within $((10 + boot)) pings 10.73.0.2 1
    conditions=$(records CARD_CONDITION | wc -l)
    before=$(date +%s)
    promise "sleep $sleep: the machine goes to sleep and wakes ($1)" lab-sleep "$1" 4 "$2"
    promise "sleep $sleep: it slept" test $(($(date +%s) - before)) -ge 3
    promise "sleep $sleep: the monitor answers" within 10 answers
    promise "sleep $sleep: frames pass again" within $((30 + boot)) pings 10.73.0.2 1
    promise "sleep $sleep: the log has it" within 5 slept_times $sleep
    echo "        outage $(status .domain.lastOutageMillis) ms; $(records CARD_CONDITION | tail -n +$((conditions + 1)) | jq -r .text | paste -s -d '|')"
done
promise "the log verifies" log_verifies
promise "stop" stop
promise "the card's own driver has it again" within 10 driver_is $module
finish
