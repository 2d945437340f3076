#!/usr/bin/env bash
# The portal and its worker side by side, until Ctrl-C, or until one of them ends and takes the other with it.
set -uo pipefail
cd "$(dirname "$0")/.."

export PRACOWNIA_DEMO=${PRACOWNIA_DEMO-1}
export PRACOWNIA_BIND=${PRACOWNIA_BIND:-127.0.0.1:8000}
port=${PRACOWNIA_BIND##*:}
host=${PRACOWNIA_BIND%:*}
# Bound to every address, it is still reached from here by one.
case $host in 0.0.0.0 | "[::]") near=127.0.0.1 ;; *) near=$host ;; esac
export PRACOWNIA_BASE_URL=${PRACOWNIA_BASE_URL:-http://$near:$port}
people="uczestniczka doradca psycholog rehabilitant koordynator admin"

fail() { echo "$1" >&2; exit 1; }

can_listen() {
  .venv/bin/python - "$host" "$port" <<'PY'
import socket, sys
host, port = sys.argv[1].strip("[]"), int(sys.argv[2])
listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    listener.bind((host, port))
except OSError:
    sys.exit(1)
PY
}

# Ends with 0 as soon as the portal says that it is well. Asks again while the connection is refused: a listening
# socket tells nobody that it has opened.
is_well() {
  exec .venv/bin/python - "http://$near:$port/healthz" <<'PY'
import sys, time, urllib.error, urllib.request
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
end = time.monotonic() + 60
while True:
    try:
        sys.exit(direct.open(sys.argv[1], timeout=5).status != 200)
    except (urllib.error.URLError, OSError):
        if time.monotonic() > end:
            sys.exit(1)
        time.sleep(0.05)
PY
}

stop() {
  # Asked twice, nothing is waited for any more.
  trap 'kill -KILL "$web" "$worker" 2>/dev/null' INT TERM
  kill -TERM "$web" "$worker" "$well" 2>/dev/null
  while kill -0 "$web" 2>/dev/null || kill -0 "$worker" 2>/dev/null; do wait "$web" "$worker"; done
}

case $port in *[!0-9]* | "") fail "PRACOWNIA_BIND=$PRACOWNIA_BIND is no address and port, such as 127.0.0.1:8000." ;; esac
can_listen || fail "$PRACOWNIA_BIND is taken or not of this machine: stop what uses it, or choose another with PRACOWNIA_BIND=127.0.0.1:8001 make run"

.venv/bin/pracownia migrate || exit 1
if [ "$PRACOWNIA_DEMO" = 1 ]; then .venv/bin/pracownia demo || exit 1; fi

.venv/bin/pracownia worker &
worker=$!
.venv/bin/pracownia serve &
web=$!
is_well &
well=$!
trap 'stop; exit 0' INT TERM

# Whichever ends first tells: the question about health, or one of the two that should not end.
wait -n -p ended "$web" "$worker" "$well"
status=$?
if [ "$ended" = "$well" ] && [ "$status" -eq 0 ]; then
  if [ "$PRACOWNIA_DEMO" = 1 ]; then
    echo
    echo "Sign in as one of the demo people:"
    for person in $people; do
      link=$(.venv/bin/pracownia sign-in-link "$person@example.org") || { stop; fail "No sign-in link for $person@example.org."; }
      printf '  %-14s %s\n' "$person" "$link"
    done
    echo
  fi
  echo "Pracownia is at $PRACOWNIA_BASE_URL; Ctrl-C stops it."
  wait -n -p ended "$web" "$worker"
  status=$?
fi

stop
case $ended in
  "$web") fail "The web server ended by itself ($status), so the worker was stopped too." ;;
  "$worker") fail "The worker ended by itself ($status), so the web server was stopped too." ;;
  *) fail "The web server did not answer at $near:$port within a minute." ;;
esac
