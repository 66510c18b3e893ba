#!/bin/sh
# contain.sh <root> <command>…: runs the command with this folder as /, in which each line of <root>.mounts puts a folder.
# What the machine's processes, addresses and clock are stays as it is.
set -eu
root=$1
shift
for name in bin dev lib lib64 proc sbin usr; do
  if [ -L "/$name" ]; then
    [ -L "$root/$name" ] || cp -P "/$name" "$root/$name"
  elif [ -d "/$name" ]; then
    mkdir -p "$root/$name"
    mount --rbind "/$name" "$root/$name"
  fi
done
while read -r from at; do
  mkdir -p "$root$at"
  mount --rbind "$from" "$root$at"
done <"$root.mounts"
exec chroot "$root" "$@"
