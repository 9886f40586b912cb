import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from './error-form';

export type Handler = (event: unknown, context: object) => unknown;

/**
 * Finds a handler as Lambda's Node.js runtime does: `<file>.<export>`, with `.js`, `.mjs` or `.cjs` in that order.
 * @throws RuntimeError Runtime.ImportModuleError, Runtime.HandlerNotFound, Runtime.MalformedHandlerName.
 */
export async function loadHandler(taskRoot: string, handler: string): Promise<Handler> {
  const [, file = '', path = ''] = /^((?:[^/]+\/)*[^/.]+)\.(.+)$/.exec(handler) ?? [];
  if (file === '') throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler ${handler}`);
  const found = ['.js', '.mjs', '.cjs'].map((extension) => join(taskRoot, file + extension)).find(existsSync);
  if (found === undefined) {
    const message = `Error: Cannot find module '${file}' in ${taskRoot}`;
    throw new RuntimeError('Runtime.ImportModuleError', message);
  }
  let value = await importModule(found);
  for (const name of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  }
  if (typeof value !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  const run = value;
  if (run.length > 2) {
    const message = 'Node.js 24 does not support callback-based function handlers';
    throw new RuntimeError('Runtime.CallbackHandlerDeprecated', message);
  }
  return (event, context) => Reflect.apply(run, undefined, [event, context]);
}

async function importModule(path: string): Promise<unknown> {
  const loaded: unknown = path.endsWith('.mjs') ? await import(pathToFileURL(path).href) : createRequire(path)(path);
  return loaded;
}
