#!/bin/sh
# Runs a real root as a machine that is reached by ssh, in namespaces of its own; what changes in it stays in SCRATCH.
#   ssh-guest.sh ROOT SCRATCH PORT NODE
# Root logs in with the key whose public half is SCRATCH/key.pub. NODE is put at /opt/node. Ends with its standard input.
set -eu
root=$1 scratch=$2 port=$3 node=$4
mkdir "$scratch/upper" "$scratch/work" "$scratch/guest"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/guest"
cd "$scratch/guest"
mount --rbind /dev dev
mount -t proc proc proc
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
chmod 1777 tmp
mkdir run/sshd
touch opt/node
mount --bind "$node" opt/node
mkdir -p -m 0700 root/.ssh
cp "$scratch/key.pub" root/.ssh/authorized_keys
chroot . ssh-keygen -A > /dev/null
chroot . /usr/sbin/sshd -D -e -p "$port" -o ListenAddress=127.0.0.1 2> "$scratch/sshd.log" &
server=$!
trap 'kill $server' EXIT
cat > /dev/null
