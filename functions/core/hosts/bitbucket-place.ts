/** A slug, or an environment's name. No part of a path may lead elsewhere: the token goes where it leads. */
const SLUG = /^(?!\.+$)[\w.-]+$/;
const UUID = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;
const UUID_IN_BRACES = /^\{[0-9a-f-]{36}\}$/i;

/** Whether it may be a workspace or a repository: a slug, or a UUID. */
export function isSlugOrUuid(text: string): boolean {
  return SLUG.test(text) || UUID_IN_BRACES.test(text);
}

/** Whether it may be an environment: a name that people see on a page, or a UUID. Nothing that a path could be made of. */
export function isEnvironmentName(text: string): boolean {
  const isTrimmed = text === text.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return isTrimmed && !/^\.+$/.test(text) && !/[/\\\u0000-\u001f\u007f]|%2e|%2f|%5c/i.test(text);
}

/** Where variables are, as a target names it. */
interface Named {
  readonly type: string;
  readonly workspace?: string | undefined;
  readonly repository?: string | undefined;
  readonly environment?: string | undefined;
}

/**
 * The parts of a place in one spelling each: workspace, repository, environment. Slugs are the same in any case, a UUID is
 * one with or without braces, and a repository's name may end in `.git`.
 */
export function placeOf({ workspace, repository, environment }: Named): readonly string[] {
  const parts = [workspace, repository?.replace(/(?<=[^/])\.git$/i, '').split('/'), environment];
  return parts.flat().flatMap((part) => (part === undefined ? [] : [inOneSpelling(part)]));
}

/** Whether two targets of one host may be one place; of a name and a UUID only the host can tell. */
export function mayBeOnePlace(one: Named, other: Named): boolean {
  if (one.type !== other.type) return false;
  const [home, ...rest] = placeOf(one);
  const [otherHome, ...others] = placeOf(other);
  // A repository's UUID is enough to find it, whatever the workspace is called.
  const isFound = isUuid(rest[0]) && rest[0] === others[0];
  return (isFound || mayBeOne(home, otherHome)) && rest.every((part, at) => mayBeOne(part, others[at]));
}

function mayBeOne(part: string | undefined, other: string | undefined): boolean {
  return part === other || isUuid(part) !== isUuid(other);
}

function isUuid(part: string | undefined): boolean {
  return part !== undefined && UUID.test(part);
}

function inOneSpelling(part: string): string {
  return uuidIn(part) ?? part.toLowerCase();
}

/** A UUID in braces and lower case, however it is written; undefined for a name. */
export function uuidIn(part: string): string | undefined {
  const uuid = UUID.exec(part)?.[1];
  return uuid && `{${uuid.toLowerCase()}}`;
}
