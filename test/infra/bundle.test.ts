import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundles/bundle';

const ROOT = join(__dirname, '..', '..');

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A handler inside this package, so that it finds the packages that real ones find. */
function handlerFolder(source: string): string {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const from = mkdtempSync(join(ROOT, 'dist', 'bundle-test-'));
  folders.push(from);
  mkdirSync(join(from, 'tiny'));
  writeFileSync(join(from, 'tiny', 'handler.ts'), source);
  return from;
}

const TINY = `import { SSMClient } from '@aws-sdk/client-ssm';
import axios from 'axios';
/*! a legal comment */
export const handler = async (): Promise<string> => typeof SSMClient + typeof axios.create + typeof process.pid;
const unused = 'never-called';
`;

describe('bundleFunctions', () => {
  it('makes one script per function that runs without node_modules, with a source map beside it', async () => {
    const to = mkdtempSync(join(tmpdir(), 'keyturn-dist-'));
    const [bundle] = bundleFunctions({ names: ['tiny'], from: handlerFolder(TINY), to });
    const file = join(to, 'tiny', 'index.js');
    const script = readFileSync(file, 'utf8');
    const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
    const loaded = createRequire(file)(file);

    expect(await loaded.handler()).toBe('functionfunctionnumber');
    expect(bundle).toMatchObject({ name: 'tiny', bytes: Buffer.byteLength(script) });
    expect(script.trimEnd().endsWith('//# sourceMappingURL=index.js.map')).toBe(true);
    expect(map.sourcesContent).toBeUndefined();
    expect(script).not.toContain('a legal comment');
    expect(script).not.toContain('never-called');
    expect(script.split('\n').length).toBeLessThan(500);
  });

  it('builds nothing again that has not changed, and what has changed at once', () => {
    const from = handlerFolder("import { answer } from './answer';\nexport const handler = () => answer;\n");
    const answer = join(from, 'tiny', 'answer.ts');
    const to = mkdtempSync(join(tmpdir(), 'keyturn-dist-'));
    folders.push(to);
    const file = join(to, 'tiny', 'index.js');
    const build = () => {
      const bundles = bundleFunctions({ names: ['tiny'], from, to });
      return { bundles, made: statSync(file).mtimeMs, script: readFileSync(file, 'utf8') };
    };

    writeFileSync(answer, "export const answer = 'first';\n");
    const first = build();
    const started = performance.now();
    expect(build()).toEqual(first);
    expect(performance.now() - started).toBeLessThan(1_000);

    writeFileSync(answer, "export const answer = 'second';\n");
    expect(build().script).toContain('second');
    // A file that comes before another one of its name.
    rmSync(answer);
    mkdirSync(join(from, 'tiny', 'answer'));
    writeFileSync(join(from, 'tiny', 'answer', 'index.ts'), "export const answer = 'third';\n");
    const third = build();
    expect(third.script).toContain('third');
    // Somebody's hand in what was built.
    writeFileSync(file, 'broken');
    expect(build().script).toBe(third.script);
    rmSync(`${file}.map`);
    build();
    expect(existsSync(`${file}.map`)).toBe(true);
  });

  it('gives the same bytes for the same input', () => {
    const from = handlerFolder("import axios from 'axios';\nexport const handler = () => axios.create();\n");
    const build = () => {
      const to = mkdtempSync(join(tmpdir(), 'keyturn-dist-'));
      bundleFunctions({ names: ['tiny'], from, to });
      return readFileSync(join(to, 'tiny', 'index.js'), 'utf8');
    };

    expect(build()).toBe(build());
  });

  it('refuses a handler that does not compile', () => {
    expect(() => bundleFunctions({ names: ['tiny'], from: handlerFolder('export const = 1;'), to: tmpdir() })).toThrow(
      /handler\.ts:1:13: ERROR/,
    );
  });

  it('refuses the AWS SDK’s version 2', () => {
    const from = handlerFolder("import AWS from 'aws-sdk';\nexport const handler = async () => AWS;\n");
    mkdirSync(join(from, 'node_modules', 'aws-sdk'), { recursive: true });
    writeFileSync(join(from, 'node_modules', 'aws-sdk', 'index.js'), 'module.exports = {};');

    expect(() => bundleFunctions({ names: ['tiny'], from, to: mkdtempSync(join(tmpdir(), 'keyturn-dist-')) })).toThrow(
      /node_modules\/aws-sdk\/index\.js is part of a bundle/,
    );
  });
});
