import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../functions/core/errors';
import { KeyturnStack } from '../../infra';
import { readConfigFile } from '../../infra/config/config-file';
import { bundles } from './synthesized';

const folder = mkdtempSync(join(tmpdir(), 'keyturn-config-'));

function fileOf(text: string): string {
  const file = join(folder, 'keyturn.yaml');
  writeFileSync(file, text);
  return file;
}

describe('readConfigFile', () => {
  it('fills in the defaults', () => {
    expect(readConfigFile(fileOf('keys: [{ id: web-shop, user: bitbucket-web-shop }]\n')).config).toMatchObject({
      keys: [{ id: 'web-shop', createUser: false, firstRotation: 'at-once', adopt: 'keep', readers: [] }],
      trail: 'existing',
      schedule: { rotate: 'cron(0 3 * * ? *)' },
    });
  });

  it('names the file, the line and the column of every mistake', () => {
    const file = fileOf('keys:\n  - id: web-shop\n    user: a b\nnotify: nobody\n');

    expect(() => readConfigFile(file)).toThrow(
      new KeyturnError(
        'invalid-config',
        `${file}:3:11 keys[0].user: expected the name of an IAM user, found "a b"; correct it\n` +
          `${file}:4:9 notify: expected a list, found "nobody"; start each item with "- ", or write [first, second]`,
      ),
    );
  });

  it('says how to begin when there is no file', () => {
    expect(() => readConfigFile(join(folder, 'nothing.yaml'))).toThrow(
      /nothing\.yaml: expected a configuration, found no such file; start from an example \(cp docs\/examples\/keyturn\.yaml keyturn\.yaml\)/,
    );
    expect(() => readConfigFile(folder)).toThrow(/expected a readable file, found a folder/);
  });

  it('tells what is no text of UTF-8 as what it is', () => {
    const file = fileOf('');
    writeFileSync(file, Buffer.from('\uFEFFkeys: []', 'utf16le'));
    expect(() => readConfigFile(file)).toThrow(`${file}:1:1 expected UTF-8, found UTF-16`);
  });

  it('warns at synthesis of what is legal and probably not meant, in the words of keyturn validate', () => {
    const file = fileOf('keys: [{ id: web-shop, user: bitbucket-web-shop }]\nnotify: [security@example.com]\n');
    const stack = KeyturnStack.fromFile(new App(), 'Keyturn', file, { bundles });
    const warnings = Annotations.fromStack(stack).findWarning('/Keyturn', Match.anyValue());
    expect(warnings.map(({ entry }) => entry.data)).toEqual([
      expect.stringMatching(
        /keyturn\.yaml:1:14 keys\[0\]\.id: expected deliverTo or readers, .*\[ack: keyturn:nobody-gets-it\]$/,
      ),
    ]);
  });
});
