# The part of machine.sh that ends up in the image: a network card, a root of its own, then the text that runs there.
# Arguments: host name, text. Standard output is a file; 3 takes reports, 4 gives permission to go on.
set -eu
echo $$ >&3
read -r _ <&4
# The root of this user namespace has its rights from here on, in what it executes.
echo "$1" >/tmp/proc/sys/kernel/hostname
ip link set lo up
# It has a carrier and leads nowhere. cloud-init itself ignores names that begin with veth.
if ! refusal=$(ip link add eth0 address 52:54:00:12:34:56 type veth peer name veth0 2>&1); then
  echo "the kernel refuses a virtual network card (veth): $refusal" >&2
  exit 1
fi
ip link set veth0 up
exec unshare --mount /tmp/bin/sh -c '
set -eu
# Further user namespaces would only widen what of the kernel the image can reach.
echo 0 >/tmp/proc/sys/user/max_user_namespaces
mount --rbind /tmp/machine /tmp/machine
cd /tmp/machine
pivot_root . .
echo pivoted >&3
read -r _ <&4
exec 4<&-
cd /

# What systemd gives a service: no HOME, no TERM. The stand-ins come first.
unset OLDPWD PWD
PATH=/run/cloud-init-lint/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
eval "$1"' inside "$2"
