#!/usr/bin/env bash
# Lighthouse from npm, once, into a folder that is not kept; then the pages of the demo are shown to it.
set -euo pipefail
cd "$(dirname "$0")/.."
version=12.8.2
folder=build/lighthouse-$version

if ! command -v npm >/dev/null; then
  echo "Lighthouse needs Node 18.16 or newer with npm: sudo apt-get install -y nodejs npm" >&2
  exit 1
fi
if [ ! -e "$folder/ready" ]; then
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error "lighthouse@$version"
  touch "$folder/ready"
fi
exec .venv/bin/python -m scripts.lighthouse "$folder/node_modules/lighthouse"
