#!/bin/sh
# Dev only: does what a person does elsewhere, and keeps the key beside the lock. One node, one key, no secrecy.
set -u

key=/vault/key/init.json

say() { echo "unseal.sh  $*" >&2; }

# Gives the first text that follows this name in what `vault operator init` printed.
text_of() { tr -d '\n' <"$key" | sed "s/.*\"$1\": *\[* *\"\([^\"]*\)\".*/\1/"; }

initialise() {
  # What it prints is shown once: it must not be lost with this process.
  vault operator init -key-shares=1 -key-threshold=1 -format=json >"$key.new" && mv "$key.new" "$key" && say initialised
}

unseal() {
  text_of unseal_keys_b64 | vault write -format=json sys/unseal key=- >/dev/null && say unsealed
}

let_in() {
  text_of root_token | KEEP_ROOT_TOKEN=true sh /vault/scripts/first-role.sh >/dev/null && touch "$key.let-in" &&
    say 'vault-configuration may log in'
}

while :; do
  vault status >/dev/null 2>&1
  case $? in
    0) [ -e "$key.let-in" ] || let_in ;;
    2)
      if vault operator init -status >/dev/null 2>&1; then
        [ -s "$key" ] || { [ -s "$key.new" ] && mv "$key.new" "$key"; }
        if [ -s "$key" ]; then unseal; else say "$key is missing: delete the volumes data and key to begin anew"; fi
      else
        initialise
      fi
      ;;
  esac
  sleep "${UNSEAL_SECONDS:-5}"
done
