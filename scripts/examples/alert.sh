#!/bin/sh
# A line for each place where the power went out, and a command that gets it as its argument.
#
#     alert.sh tcp://127.0.0.1:5557 tcp://127.0.0.1:5558 notify-send
#
# Takes newstag and jq. NEWSTAG names another newstag.
set -eu
if [ $# -lt 2 ]; then
	echo "usage: $0 OUTPUT REPLAY [COMMAND…]" >&2
	exit 64
fi
output=$1 replay=$2
shift 2
"${NEWSTAG:-newstag}" tail --output "$output" --replay "$replay" --retry --topic event.blackout.ongoing --json |
	jq --unbuffered -r '(([.data.places[]?.id] | join(", ")) as $at | if $at == "" then "somewhere" else $at end)
		+ ": " + (.data.item.headline // "no headline" | gsub("[\n\r]"; " "))' |
	while IFS= read -r line; do
		printf '%s\n' "$line"
		# A command that fails costs this line alone.
		[ $# -eq 0 ] || "$@" "$line" </dev/null || echo "$1: failed" >&2
	done
