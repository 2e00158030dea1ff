#!/bin/sh
# Installs what the lockfile names if it isn't there yet, then runs the given command with the workspace's own
# Node.js (the `node` package) ahead of the machine's. Needs nothing but npm.
set -eu
cd "$(dirname "$0")/.."

# What the install depends on. It is noted only when the install is complete, so an interrupted one is done again.
wanted=$(
  cat pnpm-lock.yaml pnpm-workspace.yaml package.json apps/*/package.json packages/*/package.json | cksum
  uname -sm
)
note=node_modules/.installed

install() {
  npx --yes pnpm@12.21.0 install --frozen-lockfile --config.confirmModulesPurge=false
}

if [ "$(cat "$note" 2>/dev/null)" != "$wanted" ] || [ ! -x node_modules/.bin/node ]; then
  echo "Installing the workspace…"
  rm -f "$note"
  install
  if [ "$(node_modules/.bin/node -p '"it runs"' 2>/dev/null)" != "it runs" ]; then
    echo "An earlier install left something broken: installing from scratch…"
    rm -rf node_modules apps/*/node_modules packages/*/node_modules
    install
  fi
  echo "$wanted" > "$note"
fi

PATH="$PWD/node_modules/.bin:$PATH"
export PATH TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1
exec "$@"
