#!/usr/bin/env bash
# Deno, from the npm registry into .gpu/, for the tests of the WebGPU backend on its own WebGPU, which has another compiler than
# Chromium's (naga, as in Firefox): pnpm deno:setup
#
# Not a dependency of the workspace because it is large. A Deno on PATH, or the one that DENO_PATH names, does as well.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=.gpu/deno
program=$folder/node_modules/.bin/deno
if [ ! -x "$program" ] || ! "$program" --version >/dev/null 2>&1; then
  mkdir -p "$folder"
  echo '{ "private": true }' >"$folder/package.json"
  npm install --prefix "$folder" --no-audit --no-fund --loglevel=error 'deno@^2.9' </dev/null
fi
"$program" --version
