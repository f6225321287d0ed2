#!/usr/bin/env bash
# Installs what building and testing need beside Rust on Debian and its kin: a C compiler with the C library's headers
# (SQLite is built from source, once), the sqlite3 shell (tests open databases with it), certificates (cargo fetches),
# PostgreSQL's programs and PgBouncer (tests start servers of their own; none is started here, nor made), Python with its
# module venv (the oracle asks Python's libraries).
# Installs nothing that is there already; as root, or through sudo.
set -euo pipefail

# The oldest PostgreSQL that the tests can use.
oldest=15

has_postgresql() {
    local initdb version
    for initdb in "$(command -v initdb)" /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] || continue
        version=$("$initdb" --version | sed -n 's/^initdb (PostgreSQL) \([0-9]*\).*/\1/p')
        [ "${version:-0}" -lt "$oldest" ] || return 0
    done
    return 1
}

missing=()
command -v cc >/dev/null || missing+=(gcc)
[ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
command -v sqlite3 >/dev/null || missing+=(sqlite3)
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
# Debian keeps the part of venv that brings pip in a package of its own.
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
has_postgresql || missing+=(postgresql)
# It is outside of the PATH of users.
command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)

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
root() { ${as_root[@]+"${as_root[@]}"} "$@"; }
apt_install() {
    root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" </dev/null
}

# What packages ask before they start a service, and what PostgreSQL's reads before it makes a cluster. Both are as they
# were when this script ends.
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf
line='create_main_cluster = false # while tests are being set up'
restore() {
    [ -z "${made_policy:-}" ] || root rm -f "$policy"
    [ -z "${changed_clusters:-}" ] || root sed -i "/^$line\$/d" "$clusters"
}
trap restore EXIT

echo "installing ${missing[*]}"
root apt-get update
case " ${missing[*]} " in *" postgresql "* | *" pgbouncer "*)
    if [ ! -e "$policy" ]; then
        made_policy=yes
        root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
    fi
    ;;
esac
case " ${missing[*]} " in *" postgresql "*)
    # This one brings the file.
    apt_install postgresql-common
    changed_clusters=yes
    root sh -c "echo '$line' >>$clusters"
    ;;
esac
apt_install "${missing[@]}"

case " ${missing[*]} " in *" pgbouncer "*)
    # Nor is it started with the machine.
    [ ! -d /run/systemd/system ] || root systemctl disable --quiet pgbouncer
    ;;
esac
if ! has_postgresql; then
    echo "this system's PostgreSQL is older than $oldest: the tests need Docker, or NAILSAGE_TEST_POSTGRES_URL" >&2
fi
