#!/bin/sh
# Installs what the lockfile names if it isn't there yet, then runs the given command with the workspace's own
# Node.js (the `node` package) ahead of the machine's. Needs nothing but npm.
set -eu
cd "$(dirname "$0")/.."
if [ ! -x node_modules/.bin/node ] || [ ! -e node_modules/.modules.yaml ] || [ pnpm-lock.yaml -nt node_modules/.modules.yaml ]; then
  echo "Installing the workspace…"
  npx --yes pnpm@12.21.0 install --frozen-lockfile
  touch node_modules/.modules.yaml
fi
PATH="$PWD/node_modules/.bin:$PATH"
export PATH TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1
exec "$@"
