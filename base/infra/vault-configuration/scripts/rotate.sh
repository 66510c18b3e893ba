#!/bin/sh
# Keeps the ES256 keys that iam signs tokens with, in KV: current, and around a change next and previous.
#
#   day 0             day 88             day 90                       day 91
#   current           next is published  next becomes current,        previous is dropped
#                                        current becomes previous
#
# Whoever reads the keys once an hour knows each before the first token that is signed with it, and as long as one lives.
set -eu

day=86400
now=${NOW:-$(date +%s)}
path=platform/iam/jwt-keys

# Nobody who reads the keys knows a state older than this: VaultStaticSecret and the guide say 1 h.
refresh=3600
errors=$(mktemp)

say() { echo "rotate.sh  $*"; }

log_in() {
  until VAULT_TOKEN=$(vault write -field=token auth/kubernetes/login \
    role=jwt-rotation jwt=@/var/run/secrets/vault/token 2>"$errors"); do
    echo "rotate.sh  Vault does not let this Job in yet: $(tail -n 1 "$errors")" >&2
    echo "  unseal it, or see why the Job vault-configuration has not ended (docs/vault.md)" >&2
    sleep "${RETRY_SECONDS:-10}"
  done
  export VAULT_TOKEN
  trap 'vault token revoke -self >/dev/null || true; rm -f "$errors"' EXIT
}

# The text of a field in the JSON on stdin, one field a line; as it stands there, line breaks as \n.
field() { sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p"; }

# Makes private and public: a key pair from Vault's own generator, as its image has no other, and forgets it there.
make_pair() {
  pair=jwt-rotation/keys/$1
  vault write "$pair" type=ecdsa-p256 exportable=true >/dev/null
  private=$(vault read -format=json "jwt-rotation/export/signing-key/$1/1" | field 1)
  public=$(vault read -format=json "$pair" | field public_key)
  vault write "$pair/config" deletion_allowed=true >/dev/null
  vault delete "$pair" >/dev/null
  case $private$public in
    *PRIVATE*PUBLIC*) ;;
    *) echo "rotate.sh  $pair  Vault gave no key pair" >&2 && exit 1 ;;
  esac
}

log_in
if held=$(vault kv get -format=json -mount=secret "$path" 2>"$errors"); then
  version=$(printf '%s\n' "$held" | sed -n 's/^ *"version": \([0-9]*\),*$/\1/p')
elif grep -q '^No value found at ' "$errors"; then
  held='' version=0
else
  echo "rotate.sh  secret/$path cannot be read: $(cat "$errors")" >&2
  exit 1
fi
for name in current current_kid current_public current_since next next_kid next_public next_since \
  previous_kid previous_public previous_until; do
  eval "$name=\$(printf '%s\n' \"\$held\" | field $name)"
done
# shellcheck disable=SC2154 # set by eval
before="$current_kid $next_kid $previous_kid"

if [ -z "$current" ]; then
  # What a key was is in no older version of the secret either.
  vault kv metadata put -max-versions=1 -mount=secret "$path" >/dev/null
  current_kid=es256-$now
  make_pair "$current_kid"
  current=$private current_public=$public current_since=$now
  say "$current_kid made"
fi

# shellcheck disable=SC2154
if [ -n "$previous_kid" ] && [ "$now" -ge "$previous_until" ]; then
  say "$previous_kid dropped"
  previous_kid='' previous_public='' previous_until=''
fi

end=$((current_since + ROTATION_DAYS * day))
# shellcheck disable=SC2154
if [ -n "$next" ]; then
  if [ "$now" -ge "$end" ] && [ "$now" -ge $((next_since + 2 * refresh)) ] && [ -z "$previous_kid" ]; then
    # shellcheck disable=SC2034 # by eval, below
    previous_kid=$current_kid previous_public=$current_public
    # A signer that has not refreshed yet still uses it, and what it signs then has its whole life before it.
    previous_until=$((now + 2 * refresh + LONGEST_TOKEN_SECONDS))
    current_kid=$next_kid current=$next current_public=$next_public current_since=$now
    next_kid='' next='' next_public='' next_since=''
    say "$current_kid signs from now on"
  fi
elif [ "$now" -ge $((end - PUBLISHED_DAYS_BEFORE * day)) ]; then
  next_kid=es256-$now
  make_pair "$next_kid"
  next=$private next_public=$public next_since=$now
  say "$next_kid published"
fi

if [ "$before" = "$current_kid $next_kid $previous_kid" ]; then
  say "nothing to do: $current_kid signs for $(((now - current_since) / day)) days"
  exit
fi
# cas: what another run has written meanwhile is not written over.
{
  printf '{\n'
  for name in next next_kid next_public next_since previous_kid previous_public previous_until; do
    eval "value=\$$name"
    if [ -n "$value" ]; then printf '"%s": "%s",\n' "$name" "$value"; fi
  done
  printf '"current": "%s", "current_kid": "%s", ' "$current" "$current_kid"
  printf '"current_public": "%s", "current_since": "%s"\n}\n' "$current_public" "$current_since"
} | vault kv put -cas="$version" -mount=secret "$path" - >/dev/null
