# The guard of one child. Whoever started it holds the other end of descriptor 3, and nobody else does.
# $1: the child's process group, "" for none   $2: the signal that asks it to stop   $3: how long it gets, in tenths of a second
# $4: a folder to delete when all is over, "" for none   Descriptor 4, if open, is a lock that stays held until then.
if read -r _ <&3; then
	exit 0 # a line: the group is gone, and our parent is alive and cleans up itself
fi

# The end of the file: our parent is gone, however that came about.
alive() { kill -s 0 -- "-$1" 2>/dev/null; }
if [ -n "$1" ]; then
	kill -s "$2" -- "-$1" 2>/dev/null
	n=0
	while alive "$1" && [ "$n" -lt "$3" ]; do
		sleep 0.1
		n=$((n + 1))
	done
	kill -s KILL -- "-$1" 2>/dev/null
fi
if [ -n "$4" ]; then
	# Others of our parent's children may still be writing there while their own guards stop them.
	n=0
	while [ -e "$4" ] && [ "$n" -lt 300 ]; do
		rm -rf -- "$4" 2>/dev/null
		sleep 0.1
		n=$((n + 1))
	done
fi
