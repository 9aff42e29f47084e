# Where everything lives; sourced by every script. Nothing here installs anything.
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Outside the clone, so that a fresh clone reuses it. Keyed by user: root's PostgreSQL runs as
# "postgres", another user's as himself, and they must not share files.
cache=${TELESALES_CACHE:-/var/tmp/telesales-cache-$(id -u)}
build=$project/build
odoo_root=$cache/odoo
odoo_packages=$odoo_root/usr/lib/python3/dist-packages
venv=$cache/venv
asterisk_root=$cache/asterisk
pg_dir=$cache/postgres
export PGHOST=$pg_dir PGUSER=odoo        # psql and Odoo both read these
unset PGPORT PGPASSWORD PGDATABASE

step() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
# On a terminal, below a long step: its seconds, and what EXPRESSION prints
progress() {   # progress [EXPRESSION]
    [ -t 2 ] || return 0
    (
        trap - EXIT
        begin=$SECONDS
        while sleep 1 && kill -0 $$; do
            printf '\r    %s s  %s\033[K' $((SECONDS - begin)) "$(eval "${1:-}" 2> /dev/null)" >&2
        done
    ) > /dev/null 6>&- 7>&- 8>&- 9>&- &
    progress_of=$!
}
progress_end() {
    [ -n "${progress_of:-}" ] || return 0
    kill "$progress_of" 2> /dev/null && wait "$progress_of" 2> /dev/null || true
    progress_of=''
    printf '\r\033[K' >&2
}
# 9 = the reason has been told, so that the scripts above this one add nothing
die() { progress_end; printf '\033[31merror:\033[0m %s\n' "$*" >&2; exit 9; }
# a step failed that needs space: a full disk is the likelier reason than the given one
die_or_full() {   # die_or_full SENTENCE [LOG]
    local place=$cache
    [ -d "$place" ] || place=/
    if [ "$(df -Pm "$place" | awk 'NR==2 {print $4}')" -lt 20 ] || tail -n 200 "${2:-/dev/null}" 2> /dev/null | grep -q 'No space left'; then
        die "the disk is full: no space is left in $place. Free some (or set TELESALES_CACHE to another disk) and run again."
    fi
    die "$1"
}
# One sentence also where a script ends without having foreseen it
explain() {
    local code=$1 command=$2
    progress_end
    case $code in
    0 | 9) exit "$code" ;;
    130 | 143) die "interrupted; the next run goes on from here." ;;
    esac
    die_or_full "${0##*/} stopped at: $command. The lines above say why; run again, and if it stops again delete $cache."
}
# for scripts only, not for a shell that reads this file
if [ "${BASH_SOURCE[1]:-}" = "$0" ]; then trap 'explain $? "$BASH_COMMAND"' EXIT; fi

# sudo only where a system package is missing and we are not root
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"
    else die "this step needs root. Run once as root:  $*"; fi
}

# The Debian mirror is the one this machine's apt already uses; its name is written nowhere.
debian_mirror() {
    local uri
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1)
    [ -n "$uri" ] || die "apt on this machine knows no Debian mirror: add one to /etc/apt/sources.list and run again."
    printf '%s' "$uri"
}

is_made() {   # is_made FOLDER FORM: finished, by a script of the same form (the first one left the stamp empty)
    [ -e "$1/.complete" ] && stamp=$(cat "$1/.complete") && [ "${stamp:-1}" = "$2" ]
}
need_free_space() {   # need_free_space MEGABYTES FOLDER
    local free
    free=$(df -Pm "$2" | awk 'NR==2 {print $4}')
    [ "$free" -ge "$1" ] || die "only $free MB free in $2, this step needs $1 MB. Free some space (or set TELESALES_CACHE to another disk) and run again."
}
