#!/bin/sh
# Audits every AMI of the account each week. The tests give each call to awscli to validate, none to AWS.
#
#   deploy.sh ACCOUNT REGION
#
# EventBridge Scheduler starts the state machine of examples/fleet/aws, which its deploy.sh creates: the reports are in the
# bucket, and subscribers of the topic cloud-init-lint get a message if there are findings or an AMI cannot be linted:
#
#   aws sns subscribe --topic-arn arn:aws:sns:REGION:ACCOUNT:cloud-init-lint --protocol email --notification-endpoint ADDRESS
set -eu
account=$1
region=$2
here=$(dirname "$0")

fill() {
  sed -e "s/111122223333/$account/g" -e "s/eu-central-1/$region/g" "$here/$1"
}

aws iam create-role --role-name cloud-init-lint-schedule --assume-role-policy-document '{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": { "Service": "scheduler.amazonaws.com" },
    "Action": "sts:AssumeRole",
    "Condition": { "StringEquals": { "aws:SourceAccount": "'"$account"'" } }
  }]
}'
aws iam put-role-policy --role-name cloud-init-lint-schedule --policy-name start \
  --policy-document "$(fill role-schedule.json)"
aws scheduler create-schedule --region "$region" --cli-input-json "$(fill schedule.json)"
