import { enhance } from './enhance';

/**
 * The page's script: the text of a function that needs nothing but the document. Runners that keep names, such as tsx,
 * put calls of `__name` into it, so the page has one that does nothing.
 */
export const SCRIPT = `{const __name=(named)=>named;(${enhance.toString()})(document)}`;
