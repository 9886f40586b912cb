import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, read } from './documents';

/** Messages of AWS, which no source of ours has. */
const OF_AWS = [
  'The operation failed because the secret keyturn/… already exists.',
  '/keyturn/audit already exists',
  'Cannot delete log group with deletion protection enabled',
  'a secret with this name is already scheduled for deletion',
  'User with name … already exists.',
  'already exists in stack',
  'A policy called KeyturnAuditor already exists',
  'with an explicit deny in a resource-based policy',
];

/** All texts of the product, with those that go on in the next line made whole. */
function texts(): string {
  return ['functions', 'infra', 'cli']
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: ROOT }))
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n')
    .replace(/['`"]\s*\+\s*['`"]/g, '');
}

/** Pieces of a quoted message that are the same each time, without numbers, names and what a sentence ends with. */
function fixed(message: string): readonly string[] {
  return message
    .replace(/^\S+: (?=expected )/, '')
    .split(/…|\d+|keyturn\/|^Bitbucket |expected | or /)
    .map((piece) => piece.replace(/^[\s).:"]+|[\s(."]+$/g, ''))
    .filter((piece) => piece.length > 5);
}

const quoted = [...read('docs/operate/faq.md').matchAll(/^## "(.*)"$/gm)].map(([, message = '']) => message);

it.each(quoted.filter((message) => !OF_AWS.includes(message)))('"%s" is what Keyturn says', (message) => {
  const all = texts();
  expect(fixed(message).filter((piece) => !all.includes(piece))).toEqual([]);
});

const [, errors = ''] = read('docs/start/configuration.md').split(/^## Errors$/m);
const explained = [...errors.matchAll(/^\| ((?:`[^`]+`(?:, )?)+).*\|$/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, message = '']) => message),
);

it.each(explained)('`%s`, which the settings explain, is what Keyturn says', (message) => {
  const all = texts();
  expect(fixed(message).filter((piece) => !all.includes(piece))).toEqual([]);
});

it('finds the messages that the settings explain', () => {
  expect(explained.length).toBeGreaterThan(20);
});

it("asks of AWS's messages that there is a question for each", () => {
  expect(quoted).toEqual(expect.arrayContaining(OF_AWS));
});
