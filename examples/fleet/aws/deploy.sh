#!/bin/sh
# Creates the roles, the job definition and the state machine. The tests give each call to awscli to validate, none to AWS.
#
#   deploy.sh ACCOUNT REGION BUCKET QUEUE KEY
#
# BUCKET stores the reports, QUEUE is a job queue with a compute environment of Fargate, KEY the id of the KMS key that encrypts
# the AMIs (if none is encrypted, remove DecryptTheBlocks from role-jobs.json). They exist already, as does the repository
# cloud-init-lint:1 in ECR with the image of ../Dockerfile. To run:
#
#   aws stepfunctions start-execution --state-machine-arn arn:aws:states:REGION:ACCOUNT:stateMachine:cloud-init-lint
set -eu
account=$1
region=$2
bucket=$3
queue=$4
key=$5
here=$(dirname "$0")

fill() {
  sed -e "s/111122223333/$account/g" -e "s/eu-central-1/$region/g" \
    -e "s/BUCKET/$bucket/g" -e "s/QUEUE/$queue/g" -e "s/KEY/$key/g" "$here/$1"
}

# role NAME SERVICE: a role that only this service can assume, and only for this account.
role() {
  aws iam create-role --role-name "$1" --assume-role-policy-document '{
    "Version": "2012-10-17",
    "Statement": [{
      "Effect": "Allow",
      "Principal": { "Service": "'"$2"'" },
      "Action": "sts:AssumeRole",
      "Condition": { "StringEquals": { "aws:SourceAccount": "'"$account"'" } }
    }]
  }'
}

role cloud-init-lint ecs-tasks.amazonaws.com
aws iam put-role-policy --role-name cloud-init-lint --policy-name lint --policy-document "$(fill role-jobs.json)"
role cloud-init-lint-execution ecs-tasks.amazonaws.com
aws iam attach-role-policy --role-name cloud-init-lint-execution \
  --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
role cloud-init-lint-states states.amazonaws.com
aws iam put-role-policy --role-name cloud-init-lint-states --policy-name run \
  --policy-document "$(fill role-state-machine.json)"

aws sns create-topic --region "$region" --name cloud-init-lint
aws batch register-job-definition --region "$region" --cli-input-json "$(fill job-definition.json)"
aws stepfunctions create-state-machine --region "$region" --name cloud-init-lint \
  --role-arn "arn:aws:iam::$account:role/cloud-init-lint-states" --definition "$(fill state-machine.asl.json)"
