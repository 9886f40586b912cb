/**
 * Scheme, host, path and query as they stand there. There is no user (axios authenticates as the user of a URL, whatever
 * header it is given), no fragment, no backslash (URL parsers take one for a slash) and nothing that is not printed.
 */
const PLAIN = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?((?:\/[\x21-\x7e]*)?)$/i;
/** A part of a path that hosts and proxies resolve in ways of their own: encoded dots, slashes and control characters. */
const RESOLVED = /^(\.|%2e){1,2}$|%(2f|5c|[01][0-9a-f]|7f|25)/i;

/** Whether a request to the URL goes where it reads, with our own Authorization header. */
export function isPlainUrl(url: string): boolean {
  const [, host, rest = ''] = PLAIN.exec(url) ?? [];
  if (host === undefined || /[#\\]/.test(rest) || !URL.canParse(url)) return false;
  const [path = ''] = rest.split('?', 1);
  // A slash at the end is the one empty part that means nothing.
  const parts = path.split('/').slice(1);
  const isPart = (part: string, at: number) => (part === '' ? at === parts.length - 1 : !RESOLVED.test(part));
  const { hostname, pathname } = new URL(url);
  return parts.every(isPart) && hostname === host.toLowerCase() && pathname === (path === '' ? '/' : path);
}

/** The same for the base of an API: paths are appended to it. */
export function isPlainBase(url: string): boolean {
  return isPlainUrl(url) && !url.includes('?');
}
