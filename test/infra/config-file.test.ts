import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../functions/core/errors';
import { readConfigFile } from '../../infra/config/config-file';

const folder = mkdtempSync(join(tmpdir(), 'keyturn-config-'));

function fileOf(text: string): string {
  const file = join(folder, 'keyturn.yaml');
  writeFileSync(file, text);
  return file;
}

describe('readConfigFile', () => {
  it('fills in the defaults', () => {
    expect(readConfigFile(fileOf('keys: [{ id: web-shop, user: bitbucket-web-shop }]\n'))).toMatchObject({
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
});
