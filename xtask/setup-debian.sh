#!/usr/bin/env bash
# Installs what building and testing need beside Rust on Debian and its kin: a C compiler with the C library's headers
# (SQLite is built from source, once), the sqlite3 shell (tests open databases with it) and certificates (cargo fetches).
# Installs nothing that is there already; as root, or through sudo.
set -euo pipefail

missing=()
command -v cc >/dev/null || missing+=(gcc)
[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
command -v sqlite3 >/dev/null || missing+=(sqlite3)
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)

if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "missing, and there is no apt-get to install them with: ${missing[*]} (Debian's names)" >&2
    exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "missing: ${missing[*]}; as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "installing ${missing[*]}"
${as_root[@]+"${as_root[@]}"} apt-get update
${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}" </dev/null
