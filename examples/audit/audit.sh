#!/bin/sh
# Lints every AMI of the account in a region, as cron can do it. The tests run it with example images, not on AWS.
#
#   audit.sh REGION DIR [OPTION OF cloud-init-lint lint]...
#
#   17 4 * * 1  cd /srv/audit && ./audit.sh eu-central-1 "$(date +\%F)" >audit.log 2>&1 || mail -s "AMI audit" team@example.com <audit.log
#
# It writes DIR/audit.html, audit.md and audit.json, and ends with the status of cloud-init-lint: 1 if there are findings, 4 if an
# AMI could not be read. An account without AMIs ends with 0.
set -eu
region=$1
directory=$2
shift 2
mkdir -p "$directory"

# Disabled and pending images are not listed.
aws ec2 describe-images --region "$region" --owners self --filters Name=state,Values=available \
  --query 'Images[].[ImageId]' --output text >"$directory/images.txt" || exit 4
if ! grep -q '^ami-' "$directory/images.txt"; then
  echo "no AMIs in $region" >&2
  exit 0
fi
exec cloud-init-lint lint --from "$directory/images.txt" --region "$region" -f text -f "html=$directory/audit.html" \
  -f "markdown=$directory/audit.md" -f "json=$directory/audit.json" "$@"
