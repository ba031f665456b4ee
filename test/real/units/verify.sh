#!/bin/bash
# verify.sh ROOT TREE...: what `systemd-analyze verify default.target` of a root says with each tree laid over it, after a
# line "== TREE". cloud-init's target and the mounts of fstab are started, as the generators do.
set -eu
[ "${INSIDE:-}" = 1 ] || INSIDE=1 exec unshare --mount --propagation private "$0" "$@"

root=$1
shift
work=$(mktemp -d)
trap 'umount -R "$work" && rmdir "$work"' EXIT
mount -t tmpfs work "$work"
mkdir "$work/machine" "$work/enabled"
mkdir -p "$work/enabled/etc/systemd/system/multi-user.target.wants"
ln -s /lib/systemd/system/cloud-init.target "$work/enabled/etc/systemd/system/multi-user.target.wants/"
for tree; do
  echo "== $tree"
  rm -rf "$work/upper" "$work/work"
  mkdir "$work/upper" "$work/work"
  mount -t overlay overlay -o "lowerdir=$tree:$work/enabled:$root,upperdir=$work/upper,workdir=$work/work" "$work/machine"
  for place in sys proc dev; do mount --rbind "/$place" "$work/machine/$place"; done
  mount -t tmpfs run "$work/machine/run"
  chroot "$work/machine" /lib/systemd/system-generators/systemd-fstab-generator \
    /etc/systemd/system /etc/systemd/system /etc/systemd/system 2>&1 || true
  SYSTEMD_COLORS=0 timeout 60 chroot "$work/machine" systemd-analyze verify --man=no default.target 2>&1 || true
  umount -R "$work/machine"
done
