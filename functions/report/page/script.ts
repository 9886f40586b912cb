import { controlsOf, InteractivePage } from './interactive-page';

/**
 * The page's script: the texts of a function and a class that need nothing but the document. Runners that keep names,
 * such as tsx, put calls of `__name` into them, so the page has one that does nothing.
 */
export const SCRIPT = [
  '{const __name=(named)=>named;',
  `const controls=(${controlsOf.toString()})(document);`,
  `if(controls)new(${InteractivePage.toString()})(document,controls)}`,
].join('');
