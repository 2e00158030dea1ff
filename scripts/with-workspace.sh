#!/bin/sh
# with-workspace run|all COMMAND…: installs what the lockfile names, if it isn't there yet, then runs the command.
# `run` installs what the shop's programs need; `all` also what develops and tests them. Needs nothing but npm: Node.js is
# the workspace's own, unless `run` finds one on the machine that is new enough.
set -eu
cd "$(dirname "$0")/.."
scope=$1
shift

# What the install depends on. It is noted only when the install is complete, so an interrupted one is done again.
wanted=$(
  cat pnpm-lock.yaml pnpm-workspace.yaml package.json apps/*/package.json packages/*/package.json | cksum
  uname -sm
)
note=node_modules/.installed
runtime=packages/node-runtime/node_modules/node/bin/node

# A complete install stays complete, also one that was made by pnpm itself. Only `all` has turbo.
if [ "$(tail -n 1 "$note" 2>/dev/null)" = all ] || [ -e node_modules/turbo ]; then scope=all; fi

major_of() { "$1" --version 2>/dev/null | sed 's/^v//; s/\..*//'; }
is_new_enough() { [ "$(major_of "$1")" -ge "$2" ] 2>/dev/null; }

pnpm_install() {
  set -- install --frozen-lockfile --config.confirmModulesPurge=false "$@"
  if is_new_enough pnpm 12; then pnpm "$@"; else npx --yes pnpm@12.21.0 "$@"; fi
}

install() {
  if [ "$scope" = all ]; then
    pnpm_install
  elif is_new_enough node 24; then
    pnpm_install --prod --filter '!@commerce-core/node-runtime'
  else
    pnpm_install --prod
    ln -sf "../../$runtime" node_modules/.bin/node
  fi
}

runs() {
  [ "$(PATH="$PWD/node_modules/.bin:$PATH" node -p '"Node.js " + (process.versions.node.split(".")[0] >= 24)' 2>/dev/null)" = "Node.js true" ]
}

if [ "$(cat "$note" 2>/dev/null)" != "$wanted
$scope" ] || ! runs; then
  echo "Installing the workspace…"
  rm -f "$note"
  install
  if ! runs; then
    echo "An earlier install left something broken: installing from scratch…"
    rm -rf node_modules apps/*/node_modules packages/*/node_modules
    install
  fi
  printf '%s\n' "$wanted" "$scope" > "$note"
fi

PATH="$PWD/node_modules/.bin:$PATH"
export PATH TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1
exec "$@"
