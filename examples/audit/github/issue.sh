#!/bin/sh
# Opens, updates or closes the issue that has the findings of an audit. The tests run it with a program in place of gh.
#
#   issue.sh STATUS FILE.md URL     STATUS is that of audit.sh, URL that of the run, which has the whole report
set -eu
status=$1
report=$2
url=$3
title="AMIs lose settings on their first boot"

number=$(gh issue list --label ami-audit --state open --limit 1 --json number --jq '.[].number')
if [ "$status" = 0 ]; then
  if [ -n "$number" ]; then gh issue close "$number" --comment "The first boot keeps the settings of all AMIs: $url"; fi
  exit 0
fi

body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  echo "The [last audit]($url) has the whole report."
  # Other statuses than 0 and 1 mean that an AMI is missing in the report.
  if [ "$status" != 1 ]; then printf '\n**Not all AMIs could be linted (status %s); see the log of the audit.**\n' "$status"; fi
  echo
  # The body of an issue has at most 65,536 characters.
  if [ -s "$report" ]; then head -c 60000 "$report"; fi
} >"$body"
if [ -n "$number" ]; then
  gh issue edit "$number" --body-file "$body"
else
  gh label create ami-audit --force --description "Findings of the AMI audit"
  gh issue create --title "$title" --label ami-audit --body-file "$body"
fi
