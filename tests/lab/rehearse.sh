#!/bin/bash
# Makes the start-up caches for the lab's scripts: a monitor and a status, each watched by its JVM.
. /share/lib.sh
prepare
export COFFERDAM_AOT_OUTPUT=$LAB_OUT/client.aot COFFERDAM_MAIN=org.cofferdam.monitor.cli.Rehearsal
monitor >/dev/null || exit
unset COFFERDAM_MAIN
COFFERDAM_AOT_OUTPUT=$LAB_OUT/start.aot monitor start --assign 0000:03:00.0 &
within 120 test -S "$control" || exit
unset COFFERDAM_AOT_OUTPUT
monitor stop --timeout 120 || exit
wait
ls "$LAB_OUT"/start.aot "$LAB_OUT"/client.aot
