#!/bin/sh
# A job of AWS Batch. The tests run it with example images and a directory instead of S3, not on AWS.
#
#   fleet-job list         list the AMIs of the account in the region, as $RUN/images.json
#   fleet-job lint IMAGE   lint one of them and store its report, $RUN/IMAGE.json
#   fleet-job merge        make one report of all of them: $RUN/fleet.html, fleet.md and fleet.sarif
#
# RUN is an S3 URL, such as s3://BUCKET/runs/1. The exit status is that of cloud-init-lint; 4, which job-definition.json tries
# again, also means that AWS could not be reached.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

copy() {
  aws s3 cp --only-show-errors "$@" || exit 4
}

case $1 in
  list)
    # Disabled and pending images are not listed.
    aws ec2 describe-images --region "$AWS_REGION" --owners self --filters Name=state,Values=available \
      --query 'Images[].ImageId' --output json >"$work/images.json" || exit 4
    copy "$work/images.json" "$RUN/images.json"
    ;;
  lint)
    status=0
    # With a list, there is a report also of an image that cannot be linted.
    echo "$2" >"$work/list"
    cloud-init-lint lint --from "$work/list" --region "$AWS_REGION" -f text -f "json=$work/report.json" || status=$?
    if [ -s "$work/report.json" ]; then copy "$work/report.json" "$RUN/$2.json"; fi
    exit "$status"
    ;;
  merge)
    copy --recursive "$RUN" "$work"
    jq -r '.[]' "$work/images.json" >"$work/images.txt"
    status=0
    fleet-merge "$work" "$work/images.txt" || status=$?
    for report in "$work"/fleet.*; do
      if [ -s "$report" ]; then copy "$report" "$RUN/${report##*/}"; fi
    done
    exit "$status"
    ;;
esac
