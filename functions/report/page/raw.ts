interface Raw {
  readonly dangerouslySetInnerHTML: { readonly __html: string };
}

/**
 * HTML that stays as it is. Everything else is escaped by construction, so this is for three things alone: the pictures
 * that vega made, the stylesheet and the script.
 */
export function raw(html: string): Raw {
  return { dangerouslySetInnerHTML: { __html: html } };
}
