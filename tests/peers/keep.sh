#!/usr/bin/env bash
# Runs a server for a test process and ends it with that process, whatever becomes of it:
#   keep.sh SIGNAL FOLDER USER COMMAND…
# ends COMMAND with SIGNAL as soon as standard input ends (the writing end of the pipe is closed), then
# removes FOLDER, where `pid` holds COMMAND's process id until then. COMMAND runs as USER; `-`: as the current user. If we are killed ourselves, COMMAND is too.
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
