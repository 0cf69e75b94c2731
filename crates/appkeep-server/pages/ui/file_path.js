// Paths of files in backups, as the API writes them: bytes that aren't valid UTF-8 are `%XX`, and a percent sign is `%25`.

/** The directory of all volumes. */
export const ROOT = '/';

/** Returns the address of a path's page. */
export function fileHref(appId, backupId, path) {
  const encoded = path === ROOT ? '' : path.split('/').map(encodeURIComponent).join('/');
  return `#/apps/${appId}/backups/${backupId}/files${encoded}`;
}

/** Returns the path in the address of a page: the part after `/files`. */
export function pathOfAddress(text) {
  const decoded = text.split('/').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      // The server explains invalid paths.
      return part;
    }
  });
  return decoded.join('/').replace(/\/+$/, '') || ROOT;
}

/** Returns the name of an entry as text. Names that aren't valid UTF-8 stay as the API writes them. */
export function nameOf(path) {
  return readable(path.slice(path.lastIndexOf('/') + 1));
}

/** Returns a path as text, without the escapes of the API where possible. */
export function readable(path) {
  try {
    return path.includes('%') ? decodeURIComponent(path) : path;
  } catch {
    return path;
  }
}

/** Returns the directories that contain a path, from the root on, and the path itself. */
export function ancestors(path) {
  const names = path.split('/').filter(Boolean);
  return [ROOT, ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)];
}

/** Returns a text as one word of a shell. */
export function quoted(text) {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
