// Runs before `npm test`: a clone without its packages gets them, so that `npm test` works alone. Plain Node, no imports
// from node_modules.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`Node ${process.versions.node} is too old: Keyturn's tests need Node 20 or later on the path.`);
  process.exit(1);
}
const needed = ['node_modules/.bin/vitest', 'node_modules/.bin/node', 'node_modules/.bin/tsx'];
if (!needed.every((path) => existsSync(path))) {
  console.error('The packages are not installed yet: running npm ci first.');
  const { status } = spawnSync('npm', ['ci'], { stdio: 'inherit' });
  if (status !== 0) {
    console.error('npm ci failed. Run it by hand, then npm test again.');
    process.exit(status ?? 1);
  }
}
