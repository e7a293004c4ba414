#!/usr/bin/env bash
# Runs a server for a test process and ends it with that process, whatever becomes of it:
#   keep.sh SIGNAL FOLDER USER COMMAND…
# ends COMMAND with SIGNAL as soon as standard input ends (nobody holds the other end of the pipe any more), then
# removes FOLDER, where `pid` tells COMMAND's process id meanwhile. USER is whose rights COMMAND gets; `-` for ours. If we are killed ourselves, COMMAND is too.
set -u
signal=$1 folder=$2 user=$3
shift 3
rights=()
[ "$user" = - ] || rights=(--reuid "$user" --regid "$(id -g "$user")" --clear-groups)

exec 3<&0
setpriv --pdeathsig KILL "${rights[@]}" -- "$@" </dev/null 3<&- &
server=$!
printf '%s\n' "$server" >"$folder/pid.new"
mv "$folder/pid.new" "$folder/pid"
cat <&3 >/dev/null &
watch=$!

exec 4>&2 2>/dev/null # from here on bash would only tell who was killed
wait -n "$server" "$watch"
kill -s "$signal" "$server"
wait "$server"
status=$?
kill "$watch"
exec 2>&4
cd /
rm -rf -- "$folder"
exit "$status"
