# Runs the cluster until no process has locked the file $2 for some seconds.
users=$2

cd "$dir"
$as_user initdb --pgdata=data --username=appkeep --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >initdb.log 2>&1
# Nothing has to survive a crash of the system.
$as_user postgres -D data -k "$dir" -c listen_addresses= -c max_connections=300 -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB >postgres.log 2>&1 &
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
