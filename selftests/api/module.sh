#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading and unloading.  A VM holds the module, whatever became of its process;
# without one it goes, and comes back.  Needs the module's file: $VTX_KO, else
# where vthost puts it.

ko=${VTX_KO:-/usr/lib/vtx/vtx.ko}
rounds=20
[ "${FULL:-0}" != 1 ] || rounds=500
n=0

# check NAME COMMAND...
check() {
	name=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n $name"
	else
		echo "not ok $n $name"
	fi
}

refused() { ! "$@" 2>/dev/null; }
loaded() { grep -q '^vtx ' /proc/modules; }

reload() {
	i=0
	while [ $i -lt $rounds ]; do
		rmmod vtx && insmod "$ko" && [ -c /dev/vtx ] || return 1
		i=$((i + 1))
	done
}

# hold COMMAND: run COMMAND while a process has a VM with a vCPU in a loop
hold() {
	rm -f /tmp/held
	./hold_vm /tmp/held &
	holder=$!
	while [ ! -e /tmp/held ]; do
		kill -0 $holder 2>/dev/null || return 1
		sleep 0.01
	done
	"$@"
	status=$?
	kill -9 $holder
	wait $holder 2>/dev/null
	return $status
}

held_and_killed() {
	hold true && rmmod vtx && insmod "$ko"
}

echo "TAP version 13"
if [ ! -e /dev/vtx ]; then
	echo "1..0 # SKIP no /dev/vtx: vtx.ko is not loaded"
	exit 4
fi
echo "1..6"
check "the module's file is here" test -e "$ko"
check "unload and load $rounds times" reload
check "a VM holds the module" hold refused rmmod vtx
check "and it is still loaded" loaded
check "kill -9 during VTX_RUN lets go of it" held_and_killed
check "no second load" refused insmod "$ko"
