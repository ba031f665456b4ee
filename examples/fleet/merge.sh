#!/bin/sh
# Makes one report of those of a fleet, wherever it was linted. The tests run it with the reports of example images.
#
#   merge.sh DIR LIST [OPTION OF cloud-init-lint merge]...
#
# It reads DIR/ID.json for each image id in the file LIST, and writes DIR/fleet.html, fleet.md and fleet.sarif, unless no image
# could be linted. It ends with the status of "cloud-init-lint merge", and with 4 if an image of the list has no report, since
# its lint was killed or never ran.
set -eu
directory=$1
list=$2
shift 2
rm -f "$directory/fleet.html" "$directory/fleet.md" "$directory/fleet.sarif"

lacking=0
reports=0
while read -r image || [ -n "$image" ]; do
  if [ -z "$image" ]; then continue; fi
  if [ -s "$directory/$image.json" ]; then
    reports=$((reports + 1))
    set -- "$@" "$directory/$image.json"
  else
    lacking=$((lacking + 1))
    echo "$image: no report, see the log of its lint" >&2
  fi
done <"$list"

status=0
if [ "$reports" -gt 0 ]; then
  cloud-init-lint merge -f text -f "html=$directory/fleet.html" -f "markdown=$directory/fleet.md" \
    -f "sarif=$directory/fleet.sarif" "$@" || status=$?
elif [ "$lacking" = 0 ]; then
  echo "the list has no images" >&2
fi
if [ "$lacking" -gt 0 ] && [ "$status" -le 1 ]; then status=4; fi
exit "$status"
