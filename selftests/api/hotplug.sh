#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# CPUs that go and come back under a running vCPU. Only CPU 1 and up can go: with
# a single CPU there is the one case that nothing breaks without any.

rounds=4
[ "${FULL:-0}" != 1 ] || rounds=100

echo "TAP version 13"
if [ ! -e /dev/vtx ]; then
	echo "1..0 # SKIP no /dev/vtx: vtx.ko is not loaded"
	exit 4
fi
echo "1..2"

rm -f /tmp/held
./hold_vm /tmp/held &
holder=$!
while [ ! -e /tmp/held ] && kill -0 $holder 2>/dev/null; do
	sleep 0.01
done

result=ok
i=0
while [ $i -lt $rounds ]; do
	for state in 0 1; do
		for cpu in /sys/devices/system/cpu/cpu[1-9]*/online; do
			[ ! -w "$cpu" ] || echo $state >"$cpu" || result="not ok"
		done
		kill -0 $holder 2>/dev/null || result="not ok"
	done
	i=$((i + 1))
done
echo "$result 1 CPUs off and on $rounds times under a running vCPU"

kill -9 $holder
wait $holder 2>/dev/null
if rmmod vtx && insmod "${VTX_KO:-/usr/lib/vtx/vtx.ko}"; then
	echo "ok 2 and the module goes and comes back"
else
	echo "not ok 2 and the module goes and comes back"
fi
