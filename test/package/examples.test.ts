import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './apps';
import { type Assembly, compiledApi, translateExamples } from './examples';

const NOTIFY = "{ notify: ['security@example.com'] }";
const MISTAKEN = "{ notifies: ['security@example.com'] }";

describe('the examples of the README and of the API', () => {
  it('are there, in the assembly that is packed', () => {
    const { readme, types }: Assembly = JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8'));
    expect(readme.markdown).toContain(NOTIFY);
    expect(types['keyturn.KeyRotation']?.docs?.example).toContain(NOTIFY);
  });

  it.each<[string, (assembly: Assembly) => void]>([
    [
      'the README',
      ({ readme }) => {
        readme.markdown = readme.markdown.replace(NOTIFY, MISTAKEN);
      },
    ],
    [
      'a docstring',
      ({ types }) => {
        const { docs } = types['keyturn.KeyRotation'] ?? {};
        if (docs?.example !== undefined) docs.example = docs.example.replace(NOTIFY, MISTAKEN);
      },
    ],
  ])('do not compile with a mistake in %s', (_where, mistake) => {
    const { compiled, said } = translateExamples(compiledApi(mistake));
    expect(compiled).toBe(false);
    expect(said).toContain("'notifies' does not exist in type 'KeyRotationProps'");
  });
});
