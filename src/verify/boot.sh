# The boot of an image, in its own machine: `boot STAGE...`. Reports the exit status of each stage, or "disabled".
boot() {
  state=/run/cloud-init-lint
  for generator in /lib/systemd/system-generators /usr/lib/systemd/system-generators; do
    if [ ! -x "$generator/cloud-init-generator" ]; then continue; fi
    "$generator/cloud-init-generator" "$state/normal" "$state/early" "$state/late" >&2 3>&- || :
    break
  done
  if [ $# -eq 0 ] || [ -e /run/cloud-init/disabled ] || [ -e /etc/cloud/cloud-init.disabled ]; then
    echo disabled >&3
    return
  fi
  for stage; do
    echo "begins $stage" >&3
    status=0
    cloud-init $stage 2>&1 3>&- || status=$?
    echo "$status $stage" >&3
  done
}
