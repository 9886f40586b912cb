import { join } from 'node:path';

/** The checkout that all of it is built from. */
export const ROOT = join(__dirname, '..', '..');

/** Packages whose build for Node.js reads or draws more than is wanted here. */
export const REPLACED_PACKAGES: Readonly<Record<string, string>> = {
  'form-data': './infra/bundles/form-data.cjs',
  // Its build for Node.js looks for the package canvas, which draws pixels.
  'vega-canvas': './node_modules/vega-canvas/build/vega-canvas.browser.js',
};
