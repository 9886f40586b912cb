import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root';
import { writeWhole } from '../report-file';

const CDK_JSON = 'cdk.json';
const INSTALLED = 'node_modules/keyturn';
const APP = `${INSTALLED}/dist/lib/app.js`;

/** The app that makes the stack of a keyturn.yaml, where the package is installed in a folder. A checkout has a `cdk.json`. */
function appIn(folder: string): string | undefined {
  const installed = join(folder, INSTALLED);
  // Some installers link to where they keep it.
  return existsSync(installed) && realpathSync(installed) === realpathSync(PACKAGE_ROOT) ? `node ${APP}` : undefined;
}

/** Lets `npx cdk` know the app, in a folder that has none. @returns whether it was written */
export function writeCdkJson(folder: string): boolean {
  const app = appIn(folder);
  if (app === undefined || existsSync(join(folder, CDK_JSON))) return false;
  writeWhole(CDK_JSON, `${JSON.stringify({ app }, undefined, 2)}\n`, { folder, force: false, option: 'keyturn init' });
  return true;
}

/** What deploys a configuration: a folder with an app of its own needs to be told of this one. */
export function deployCommand(file: string, folder: string): string {
  const app = appIn(folder);
  const isKnown = app === undefined || readFileSync(join(folder, CDK_JSON), 'utf8').includes(APP);
  return `npx cdk deploy${isKnown ? '' : ` --app "${app}"`} -c config=${file}`;
}
