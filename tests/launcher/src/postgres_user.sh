# Prepares for commands of PostgreSQL in the directory $1.
set -eu
dir=$1
PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')

# PostgreSQL refuses to run as root.
as_user=
if [ "$(id -u)" = 0 ]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    chown -R "$user" "$dir"
    as_user="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups"
fi

