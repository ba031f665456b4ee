#!/bin/sh
# Lints AMIs with GNU parallel, a few at a time, and makes one report of them. The tests run it with example images, not on AWS.
#
#   aws ec2 describe-images --owners self --filters Name=state,Values=available --query 'Images[].[ImageId]' --output text > images.txt
#   ./parallel.sh images.txt eu-central-1 reports [OPTION OF parallel]...
#
# On several machines, which need only cloud-init-lint and credentials: --sshlogin builder1,builder2,: (":" is this machine).
# An interrupted run goes on with --resume, and --resume-failed repeats the lints that did not end well.
# Findings do not count as failures here: a lint that ends with another status is tried once more. The exit status is that of
# merge.sh.
set -eu
list=$1
region=$2
directory=$3
shift 3

mkdir -p "$directory"
# With a list, there is a report also of an image that cannot be linted. The output of each lint comes back to this machine, as
# jobs/1/ID/stdout and stderr.
parallel --jobs 4 --retries 2 --joblog "$directory/jobs.log" --results "$directory/jobs/" "$@" \
  "echo {} | cloud-init-lint lint --from - --region $region --exit-zero -f json" :::: "$list" >/dev/null ||
  echo "some images could not be linted" >&2
for report in "$directory"/jobs/1/*/stdout; do
  image=$(basename "$(dirname "$report")")
  # A report of an earlier run says nothing about a lint that was killed.
  if [ -s "$report" ]; then cp "$report" "$directory/$image.json"; else rm -f "$directory/$image.json"; fi
done
exec "$(dirname "$0")/merge.sh" "$directory" "$list"
