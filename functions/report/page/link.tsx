import type { ComponentChildren } from 'preact';

/** A link where the page has the place, and the bare text where it has not. */
export function Link({ to, children }: { to: string | undefined; children: ComponentChildren }) {
  return to === undefined ? children : <a href={to}>{children}</a>;
}
