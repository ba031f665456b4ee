#!/bin/sh
# Makes the guest of packerQemu.test.ts: a Debian 12 disk with the real cloud-init that is started by its kernel, since a
# boot loader would only cost time. disk.qcow2, kernel and initrd go beside the roots of make-roots.sh, to their folder qemu.
# Needs root, Debian on amd64, mmdebstrap and qemu-img.
set -eu
guest=$(dirname "${CLOUD_INIT_LINT_ROOTS:-/var/cache/cloud-init-lint/roots}")/qemu
packages=systemd-sysv,udev,dbus,linux-image-cloud-amd64,initramfs-tools,zstd,openssh-server,sudo,cloud-init,iproute2
[ ! -e "$guest/disk.qcow2" ] || exit 0
rm -rf "$guest.part"
mkdir -p "$guest.part"
# A small initrd, no work that only costs an emulated machine time, and nothing of the host in it.
mmdebstrap --quiet --variant=minbase --include=$packages --mode=root --aptopt='Acquire::Retries "3"' \
  --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"; echo MODULES=list > "$1/etc/initramfs-tools/conf.d/small"' \
  --essential-hook='printf "%s\n" ext4 virtio_pci virtio_blk > "$1/etc/initramfs-tools/modules"' \
  --customize-hook='chroot "$1" systemctl --quiet enable systemd-networkd' \
  --customize-hook='chroot "$1" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer' \
  --customize-hook='cd "$1/etc"; echo "/dev/vda / ext4 defaults 0 1" > fstab; echo LANG=C.UTF-8 > default/locale' \
  --customize-hook='cd "$1/etc"; echo debian > hostname; echo "127.0.0.1 localhost debian" > hosts; : > resolv.conf; : > machine-id' \
  --customize-hook='rm -rf "$1"/etc/ssh/ssh_host_*_key* "$1/var/cache/apt/archives"' \
  bookworm "$guest.part/root"
cp "$guest.part/root"/boot/vmlinuz-* "$guest.part/kernel"
cp "$guest.part/root"/boot/initrd.img-* "$guest.part/initrd"
mke2fs -q -t ext4 -d "$guest.part/root" "$guest.part/disk.raw" 1500M
qemu-img convert -O qcow2 "$guest.part/disk.raw" "$guest.part/disk.qcow2"
rm -rf "$guest.part/root" "$guest.part/disk.raw" "$guest"
mv "$guest.part" "$guest"
