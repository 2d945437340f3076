#!/usr/bin/env bash
# The programs beside Python that the tests use. What is missing is installed where that is allowed, or named where not.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)
# The same engine without what only a screen needs, and so quicker, where there is such a package.
has_quicker_one() { ! command -v chromium-headless-shell >/dev/null && apt-cache show chromium-headless-shell >/dev/null 2>&1; }
! has_quicker_one || missing+=(chromium-headless-shell)
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing+=(firefox-esr)
# A desktop for the notifications' buttons: its bus, and what Firefox speaks to it with.
command -v dbus-daemon >/dev/null || missing+=(dbus-daemon)
[[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null) == *'libnotify.so.4 '* ]] || missing+=(libnotify4)
# Debian keeps the server's programs beside the search path, one folder for each version.
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
# The checker of HTML is a Java program, and comes as a package of npm's.
command -v java >/dev/null || missing+=(default-jre-headless)
command -v npm >/dev/null || missing+=(npm)

# The checker itself, beside the tests' other parts.
checker() {
  [ -f .venv/vnu/node_modules/vnu-jar/build/dist/vnu.jar ] && return
  npm install --silent --no-audit --no-fund --no-save --prefix .venv/vnu vnu-jar@26.9.27 ||
    { echo "npm gave no vnu-jar, which the tests check HTML with." >&2; exit 1; }
}

if [ ${#missing[@]} -eq 0 ]; then checker; exit 0; fi

install=(apt-get -o DPkg::Lock::Timeout=400 install -y --no-install-recommends)
if [ "$(id -u)" -eq 0 ]; then
  as_root=(env)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=(sudo -n env)
else
  echo "The tests need ${missing[*]}, and this user may not install: sudo ${install[*]} ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${missing[*]} for the tests."
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=400 update -q
# Before its lists were there, nobody could say whether there is such a package.
[[ ${missing[*]} == *headless-shell* ]] || ! has_quicker_one || missing+=(chromium-headless-shell)
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive "${install[@]}" "${missing[@]}" ||
  { echo "The system's packages gave no ${missing[*]}. By hand: sudo ${install[*]} ${missing[*]}" >&2; exit 1; }
checker
