# Runs a cluster with the arguments after $1 until the caller ends. Creates it first, with the files in the directory
# "files".
cd "$dir"
if ! [ -e data ]; then
    $as_user initdb --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >initdb.log 2>&1
    $as_user chmod -R u=rwX,go= files
    $as_user cp -p files/. data/ -r
fi
shift
exec ${as_user:-setpriv} --pdeathsig=QUIT postgres -D data -k "$dir" -c fsync=off "$@" >>postgres.log 2>&1
