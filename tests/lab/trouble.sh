#!/bin/bash
# What can happen to a real card: it storms, its link flaps, it is unplugged and plugged in again, a reset hangs.
# The host lives, the log says what happened, and service resumes where it can.
#
#   trouble.sh [IMAGE]     of a Linux domain, a folder of /share; without it the built-in driver
. /share/lib.sh
prepare
image=()
boot=0 # seconds that a kernel's start takes longer than the built-in driver's
if [ $# -gt 0 ]; then
    boot=50
    image=(--image "/share/$1")
    sysctl -q vm.nr_hugepages=72
else # the interrupts of a Linux domain's card do not pass the monitor, so that nobody counts them
    promise "an interrupt flood: start" start --image /share/hostile/interrupt-flood.elf --on-fault stop --audit-dir /var/log/flood
    promise "an interrupt flood: the domain is stopped for it" within 30 domain_is stopped
    echo "        $(status .domain.lastReason)"
    # An emulated card may not get to as many as make a storm before the watchdog sees a driver that serves nobody.
    promise "an interrupt flood: the reason is the storm or the watchdog" grep -qE 'interrupted without measure|without serving' <<<"$(status .domain.lastReason)"
    promise "an interrupt flood: stop" stop
fi

promise "start" start "${image[@]}"
[ $# = 0 ] || promise "frames pass" within 60 pings 10.73.0.2 1
promise "ping" pings 10.73.0.2

qemu-monitor "set_link card off" >/dev/null
promise "link away: the host's interface loses its carrier" within 15 sh -c 'grep -qx 0 /sys/class/net/cofferdam0/carrier'
qemu-monitor "set_link card on" >/dev/null
promise "link back: the carrier is, too" within 15 sh -c 'grep -qx 1 /sys/class/net/cofferdam0/carrier'
promise "link back: frames pass" within 15 pings 10.73.0.2 1
promise "the log has the link going" has_record LINK '.fields.up == false'
promise "the log has the link coming" has_record LINK '.fields.up == true'

qemu-monitor "device_del card" >/dev/null
promise "unplugged: the kernel gets the card back" within 20 sh -c '! test -e /sys/bus/pci/devices/0000:03:00.0'
promise "unplugged: the log says so" within 10 has_record CARD_CONDITION '[.. | strings] | any(test("asks for it back"))'
promise "unplugged: the monitor answers" test "$(pid_of_monitor)" -gt 0
echo "        $(status .domain.state): $(status .domain.lastReason)"
qemu-monitor "device_add e1000e,id=card,bus=rp3,addr=0,netdev=n0,mac=52:54:00:12:34:56,romfile=" >/dev/null
promise "plugged in again: service resumes" within 60 domain_is 'running|waiting'
promise "plugged in again: frames pass" within $((20 + boot)) pings 10.73.0.2 1
promise "stop" stop
promise "the card's own driver has it again" within 10 driver_is $module

export JDK_JAVA_OPTIONS="$JDK_JAVA_OPTIONS -Dcofferdam.inject.reset-millis=8000"
promise "a reset that hangs: start" start "${image[@]}"
promise "a reset that hangs: frames pass before" within $((10 + boot)) pings 10.73.0.2 1
curl -s --max-time 30 --unix-socket $control -X POST http://monitor/v1/driver/restart >/dev/null &
promise "a reset that hangs: the log says that it is stuck" within 15 has_record CARD_CONDITION '[.. | strings] | any(test("has not ended"))'
promise "a reset that hangs: the monitor answers" test "$(pid_of_monitor)" -gt 0
promise "a reset that hangs: service resumes when it ends" within $((30 + boot)) pings 10.73.0.2 1
promise "the log verifies" log_verifies
promise "stop" stop
finish
