#!/bin/sh
# Builds a Debian image, as a tar of its root file system, with the team's sshd and cloud-init configuration.
set -eu
mmdebstrap --variant=minbase --include=cloud-init,openssh-server,systemd-sysv \
  --customize-hook='copy-in files/60-hardening.conf /etc/ssh/sshd_config.d' \
  --customize-hook='copy-in files/20-team.cfg /etc/cloud/cloud.cfg.d' \
  bookworm "$1"
