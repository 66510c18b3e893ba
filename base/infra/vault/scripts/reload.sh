#!/bin/sh
# Runs beside each node. Vault reads a renewed certificate, and opens an audit log that was moved away, only at SIGHUP.
set -u

certificate=/vault/tls/tls.crt
log=/vault/logs/audit.log
pid_file=/vault/run/vault.pid

say() { echo "reload.sh  $*" >&2; }

reload() {
  pid=$(cat "$pid_file" 2>/dev/null) && kill -HUP "$pid" 2>/dev/null
}

size() {
  if [ -f "$log" ]; then wc -c <"$log"; else echo 0; fi
}

move_log() {
  mv "$log" "$log.$(date -u +%Y%m%dT%H%M%SZ)" || return
  reload || say "$pid_file names no running Vault, so it still writes to the log that was moved"
  # shellcheck disable=SC2012 # only names made here
  ls -1 "$log".* | sort -r | tail -n "+$((AUDIT_LOGS_KEPT + 1))" | while read -r old; do rm -f "$old"; done
}

# Nothing at first: this may be a restart, and nobody knows what Vault has read.
told=
while :; do
  seen=$(sha256sum <"$certificate")
  if [ "$seen" != "$told" ] && reload; then
    told=$seen
    say "Vault was told to read its certificate"
  fi
  if [ "$(size)" -gt "$AUDIT_LOG_BYTES" ]; then move_log; fi
  sleep "${RELOAD_SECONDS:-10}"
done
