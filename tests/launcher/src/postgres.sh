# Runs a PostgreSQL cluster in the directory $1 until no process has locked the file $2 for some seconds. $3 is the
# superuser. The other arguments are options of the server.
set -eu
dir=$1 users=$2 superuser=$3
shift 3
PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')

# PostgreSQL refuses to run as root.
as_user=
if [ "$(id -u)" = 0 ]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    chown -R "$user" "$dir"
    as_user="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups"
fi

cd "$dir"
$as_user initdb --pgdata=data --username="$superuser" --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >initdb.log 2>&1
# Nothing has to survive a crash of the system.
$as_user postgres -D data -k "$dir" -c max_connections=300 -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB "$@" >postgres.log 2>&1 &
server=$!

while kill -0 "$server" 2>/dev/null; do
    sleep 5
    # Tests that start now wait for this lock, and then start another cluster.
    if flock --exclusive --nonblock 9; then
        kill -QUIT "$server"
        wait "$server" || true
        rm -rf "$dir"
        exit
    fi
done 9<"$users"
