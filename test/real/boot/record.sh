# What the tests keep of a boot, beside what it changes: in /run/cloud-init-lint/kept.
kept=/run/cloud-init-lint/kept
mkdir $kept

# sshd_settings WHEN: `sshd -T`. Where no host key is left it needs one, given with -h, and then says nothing of HostKey.
sshd_settings() {
  mkdir -p /run/sshd
  status=0
  /usr/sbin/sshd -T -f /etc/ssh/sshd_config >$kept/out 2>$kept/errors 3>&- || status=$?
  if grep -q 'no hostkeys available' $kept/errors; then
    key=/run/cloud-init-lint/host_key
    if [ ! -e $key ]; then ssh-keygen -q -t ed25519 -N '' -f $key 3>&-; fi
    status=0
    /usr/sbin/sshd -T -f /etc/ssh/sshd_config -h $key >$kept/out 2>$kept/errors 3>&- || status=$?
  fi
  if [ $status != 0 ]; then { printf '# exit status %s: ' $status; cat $kept/errors; } >$kept/out; fi
  mv $kept/out $kept/sshd-"$1".txt
  rm $kept/errors
}

keep_logs() {
  for file in /var/log/cloud-init.log /var/log/cloud-init-output.log /run/cloud-init/ds-identify.log \
    /run/cloud-init/result.json /run/cloud-init/instance-data-sensitive.json /dev/console; do
    if [ -f $file ]; then cp $file $kept; fi
  done
}
