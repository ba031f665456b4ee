#!/bin/sh
# Puts other releases of Node beside the roots of make-roots.sh, for nodes.test.ts: the oldest that is supported, and later
# lines. The executable is made of one. They come as packages of npm. Needs Linux.
set -eu
nodes=$(dirname "${CLOUD_INIT_LINT_ROOTS:-/var/cache/cloud-init-lint/roots}")/nodes
package=node-linux-$(node -p process.arch)
for version in 20.19.0 22.12.0 24.21.0 26.10.0; do
  [ ! -f "$nodes/$version/LICENSE" ] || continue
  part=$nodes/$version.part
  rm -rf "$part"
  mkdir -p "$part"
  (cd "$part" && npm pack --silent "$package@$version" >/dev/null && tar -xzf ./*.tgz --strip-components=1 package/bin/node package/LICENSE && mv bin/node . && rm -r bin ./*.tgz)
  rm -rf "$nodes/$version"
  mv "$part" "$nodes/$version"
done
