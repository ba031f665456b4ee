# The machine that an image boots in. sandbox.ts runs this as root, as process 1 of a pid namespace, in a mount namespace
# of its own and in the image's root directory. Arguments: size in bytes, limit of processes or "", host name, "tmp" for a
# /tmp of its own or "", a layer above the root or "", lines of directories on which the image has other file systems, the text
# of inside.sh, the text that runs in the image, then pairs of a program of the image and the stand-in that hides it. Lines on
# standard output say how far it is; a line on standard input lets it go on.
set -eu
umask 022
size=$1 processes=$2 hostname=$3 tmp=$4 layer=$5 mounts=$6 inside=$7 script=$8
shift 8

fail() {
  echo "$1" >&2
  exit 1
}
unshare --user true 2>/dev/null || fail "the kernel refuses user namespaces (sysctl user.max_user_namespaces)"

# Everything that is written is in memory, and gone with the namespace.
mount -t tmpfs -o "size=$size,mode=755" tmpfs /tmp
mkdir /tmp/before /tmp/after /tmp/upper /tmp/work /tmp/seed /tmp/machine /tmp/proc /tmp/run /tmp/dev /tmp/bin
# The shell that the image's processes see in /proc is a copy: through /proc/PID/exe they could write to the host's.
cp -L "$(command -v sh)" /tmp/bin/sh
echo ready
read -r _

# A rename of a directory of the image and a chmod copy up whole, so that the upper layer says all.
options=redirect_dir=off,metacopy=off,index=off
layers=lowerdir=/tmp/seed${layer:+:$layer}:.,$options
if ! refusal=$(mount -t overlay -o "ro,$layers" overlay /tmp/before 2>&1); then
  grep -qw overlay /proc/filesystems || fail "the kernel has no overlayfs"
  fail "no overlay can be mounted on this directory: $refusal"
fi
mount -t overlay -o "nodev,$layers,upperdir=/tmp/upper,workdir=/tmp/work" overlay /tmp/after
# An overlay shows nothing of what is mounted below its layers.
number=0
while IFS= read -r point; do
  if [ -z "$point" ]; then continue; fi
  own=/tmp/mounts/$number
  number=$((number + 1))
  mount --bind "/tmp/seed$point" "$own/seed"
  (
    # From where this runs, and not by its name, which may be below the /tmp of before.
    cd -P "./$point"
    mount -t overlay -o "ro,lowerdir=$own/seed:.,$options" overlay "/tmp/before$point"
    mount -t overlay -o "nodev,lowerdir=$own/seed:.,$options,upperdir=$own/upper,workdir=$own/work" overlay "/tmp/after$point"
  )
done <<END
$mounts
END
machine=/tmp/machine
mount --rbind /tmp/after "$machine"

mount --bind /tmp/run "$machine/run"
if [ -n "$tmp" ]; then
  mkdir -m 1777 /tmp/tmp
  mount --bind /tmp/tmp "$machine/tmp"
  mount -o remount,bind,nosuid,nodev "$machine/tmp"
fi
for program; do
  if [ -z "${target-}" ]; then target=$program; continue; fi
  mount --bind "/tmp/run/cloud-init-lint/bin/$program" "$machine$target"
  target=
done

# Devices without memory, terminals of its own, and no console of the host.
for node in "null 3" "zero 5" "full 7" "random 8" "urandom 9"; do
  mknod -m 666 "/tmp/dev/${node% *}" c 1 "${node#* }"
done
mknod -m 666 /tmp/dev/tty c 5 0
mkdir /tmp/dev/pts /tmp/dev/shm
ln -s pts/ptmx /tmp/dev/ptmx
ln -s /proc/self/fd /tmp/dev/fd
ln -s /proc/self/fd/0 /tmp/dev/stdin
ln -s /proc/self/fd/1 /tmp/dev/stdout
ln -s /proc/self/fd/2 /tmp/dev/stderr
: >/tmp/dev/console
mount --bind /tmp/dev "$machine/dev"
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$machine/dev/pts"
mount -t tmpfs -o size=16m tmpfs "$machine/dev/shm"

# One /proc for this script and one, read-only, for the image.
mount -t proc proc /tmp/proc
if [ -n "$processes" ]; then echo "$processes" >/tmp/proc/sys/kernel/pid_max; fi
mount -t proc proc "$machine/proc"
mount --bind /tmp/run/cloud-init-lint/cmdline "$machine/proc/cmdline"
mount -o remount,bind,ro,nosuid,nodev,noexec "$machine/proc"

# The image runs in a user namespace, in which its root has no power over the kernel: no modules, clock, devices, disks. It
# stays in the host's cgroup namespace: in one of its own it could mount the file system of the host's cgroups.
mkfifo /tmp/up /tmp/down
exec 3<>/tmp/up 4<>/tmp/down
{
  env -i PATH="$PATH" unshare --user --net --uts --ipc /tmp/bin/sh -c "$inside" inside "$hostname" "$script" </dev/null >/tmp/output || :
  echo ended >&3
} &
read -r pid <&3
case $pid in *[!0-9]*) exit 1 ;; esac
# Every id is itself, so that files have the owners that the image gives them.
echo "0 0 4294967295" >"/tmp/proc/$pid/uid_map"
echo "0 0 4294967295" >"/tmp/proc/$pid/gid_map"
# /sys shows the devices of the network namespace that it is mounted in.
nsenter --net="/tmp/proc/$pid/ns/net" mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$machine/sys"
for path in block class/block class/dmi firmware hypervisor; do
  if [ -d "$machine/sys/$path" ]; then mount -t tmpfs -o ro,size=4k tmpfs "$machine/sys/$path"; fi
done
echo go >&4

# The image's root is now the only one. What was the root lies on top of it, and goes.
read -r answer <&3
if [ "$answer" != pivoted ]; then exit 1; fi
nsenter --mount="/tmp/proc/$pid/ns/mnt" --root=/ --wd="/tmp/proc/$pid/root" umount --no-canonicalize --lazy .
roots=
while read -r _ _ _ _ point _; do
  if [ "$point" = / ]; then roots="$roots/"; fi
done <"/tmp/proc/$pid/mountinfo"
if [ "$roots" != / ]; then
  echo "the sandbox is not closed" >&2
  exit 1
fi
echo go >&4

while read -r line <&3; do
  if [ "$line" = ended ]; then break; fi
  echo "$line"
done
# What is left running must not change what is read now.
kill -9 -1 2>/dev/null || :
echo ended
read -r _
