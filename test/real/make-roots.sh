#!/bin/sh
# Makes the real Debian roots that the first-boot tests boot, one per version of cloud-init:
# bullseye (20.4), bookworm (22.4), trixie (25.1), sid (26.2). Needs root, Debian and mmdebstrap.
# Usage: make-roots.sh [SUITE...]   The roots go to $CLOUD_INIT_LINT_ROOTS, outside the repository.
set -eu
roots=${CLOUD_INIT_LINT_ROOTS:-/var/cache/cloud-init-lint/roots}
packages=systemd-sysv,openssh-server,cloud-init,chrony,netplan.io,ifupdown,rsyslog,locales,sudo,iproute2,lsb-release,python3-jinja2,ca-certificates
[ $# -gt 0 ] || set -- bullseye bookworm trixie sid
mkdir -p "$roots"
for suite; do
  [ -e "$roots/$suite/etc/cloud/cloud.cfg" ] && continue
  rm -rf "$roots/$suite.part"
  # An expired Release file (sid on a mirror that stands still, bullseye after its end) is still the right one.
  mmdebstrap --quiet --variant=minbase --include=$packages --mode=root \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' \
    "$suite" "$roots/$suite.part"
  # Neither what the build left behind nor the host's own files belong in an image.
  rm -rf "$roots/$suite.part/var/cache/apt/archives" "$roots/$suite.part/var/lib/cloud"
  mv "$roots/$suite.part" "$roots/$suite"
  echo "$suite: cloud-init $(chroot "$roots/$suite" dpkg-query -W -f '${Version}' cloud-init)"
done
