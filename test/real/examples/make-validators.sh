#!/bin/sh
# Puts the validators of the examples beside the roots of make-roots.sh: packages of npm, which nothing else needs.
set -eu
validators=$(dirname "${CLOUD_INIT_LINT_ROOTS:-/var/cache/cloud-init-lint/roots}")/validators
here=$(dirname "$0")/validators
if cmp -s "$here/package-lock.json" "$validators/package-lock.json"; then exit 0; fi
rm -rf "$validators" "$validators.part"
mkdir -p "$validators.part"
cp "$here/package.json" "$here/package-lock.json" "$validators.part"
npm ci --no-audit --no-fund --silent --prefix "$validators.part"
mv "$validators.part" "$validators"
