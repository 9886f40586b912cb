import { join } from 'node:path';

/** Where the built functions are: `<name>/index.js`. */
export const BUNDLES_FOLDER = join(__dirname, '..', '..', 'dist', 'functions');
