#!/bin/sh
# Installs, upgrades, removes and purges the package $1 on an overlay of this machine. It runs as root in its own
# namespaces of mounts, processes and the network, so the machine doesn't change.
set -eu

package=$1
ip link set lo up

layers=$(mktemp --directory)
mount -t tmpfs tmpfs "$layers"
root=$layers/root
mkdir "$layers/changes" "$layers/work" "$root"
mount -t overlay overlay --options "lowerdir=/,upperdir=$layers/changes,workdir=$layers/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
cp "$package" "$root/tmp/appkeep.deb"

failed() {
  echo "installation: $1" >&2
  exit 1
}

# shellcheck disable=SC2086
inside() { $inside "$@"; }
# Without spaces in a word, so that a server in the background replaces the shell.
inside="chroot $root /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive"

unit=$root/usr/lib/systemd/system/appkeep.service
setting() { sed --quiet "s/^$1=//p" "$unit"; }
capabilities() { setting "$1" | tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g'; }

# Earlier packages and configurations of this machine don't matter.
inside dpkg --purge appkeep 2>/dev/null || true
rm -rf "$root/etc/appkeep" "$root/var/lib/appkeep" "$root/var/backups/appkeep" "$root/srv/shop"

inside dpkg --install /tmp/appkeep.deb
inside getent passwd appkeep || failed "the user wasn't created"
inside appkeep version
inside systemd-analyze verify appkeep.service || failed "the unit is invalid"
for file in bash-completion/completions/appkeep man/man1/appkeep.1 doc/appkeep/README.md; do
  # Manual pages are compressed in releases.
  test -s "$root/usr/share/$file" || test -s "$root/usr/share/$file.gz" || failed "/usr/share/$file is missing or empty"
done
inside appkeep config check --offline /etc/appkeep/appkeep.toml

# A backup of files that only root and their owner can read, and a restore of their owners.
mkdir --parents "$root/srv/shop/database" "$root/srv/shop/media"
echo orders > "$root/srv/shop/database/orders"
chown 4321:4321 "$root/srv/shop/database/orders"
chmod 600 "$root/srv/shop/database/orders"
inside install --directory --owner appkeep --group appkeep --mode 700 /var/lib/appkeep /var/backups/appkeep
# The unit's command with its user and its capabilities, split into words as systemd splits it.
# shellcheck disable=SC2046,SC2086
$inside setpriv --reuid "$(setting User)" --regid "$(setting User)" --init-groups --no-new-privs \
  --bounding-set "-all,$(capabilities CapabilityBoundingSet)" \
  --inh-caps "-all,$(capabilities AmbientCapabilities)" --ambient-caps "-all,$(capabilities AmbientCapabilities)" \
  $(setting ExecStart) > "$layers/server" 2>&1 &
server=$!
until inside appkeep health --url http://127.0.0.1:9480 > "$layers/health" 2>&1; do
  kill -0 "$server" 2>/dev/null || failed "the server didn't start: $(cat "$layers/server")"
  sleep 0.2
done
token=$(inside appkeep token create --data /var/lib/appkeep --account acme --role member --name test)
online() { inside APPKEEP_URL=http://127.0.0.1:8480 APPKEEP_TOKEN="$token" appkeep "$@"; }
online backup create first --app shop --wait
rm "$root/srv/shop/database/orders"
online backup restore first --yes --wait
test "$(stat --format '%u %g %a' "$root/srv/shop/database/orders")" = "4321 4321 600" ||
  failed "the owner or the mode wasn't restored"
kill "$server"
wait "$server" || failed "the server didn't stop: $(cat "$layers/server")"

# An upgrade keeps the configuration and the data.
echo "# edited" >> "$root/etc/appkeep/appkeep.toml"
inside dpkg --install /tmp/appkeep.deb
grep --quiet "# edited" "$root/etc/appkeep/appkeep.toml" || failed "an upgrade replaced the configuration"

inside dpkg --remove appkeep
test ! -e "$root/usr/bin/appkeep" || failed "the binary wasn't removed"
test ! -e "$unit" || failed "the unit wasn't removed"
test -e "$root/etc/appkeep/appkeep.toml" || failed "the configuration was removed without --purge"
inside dpkg --purge appkeep
test ! -e "$root/etc/appkeep/appkeep.toml" || failed "the configuration wasn't purged"
test -e "$root/var/lib/appkeep/keys" || failed "the keys were removed: backups can't be read without them"
echo "installation: installed, ran, upgraded, removed and purged $(basename "$package")"
