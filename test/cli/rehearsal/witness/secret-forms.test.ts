import { describe, expect, it } from 'vitest';
import { formsOf } from '../../../../cli/rehearsal/witness/forms';
import type { KeyRecord } from '../../../../cli/rehearsal/witness/records';
import { SecretForms } from '../../../../cli/rehearsal/witness/secret-forms';

function keyWith(id: string, secret: string): KeyRecord {
  return { id, secret, user: 'ci', createdAt: 0, origin: 'run', status: 'Active', changes: [], isStored: false };
}

const SECRETS = ['wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKE', 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY'];

const forms = new SecretForms();
for (const [index, secret] of SECRETS.entries()) forms.add(keyWith(`AKIA${index}`, secret));

describe('the search for secrets in what a history writes (K6)', () => {
  it.each(SECRETS.flatMap((secret, index) => formsOf(secret).map(({ name, text }) => ({ index, name, text }))))(
    'finds the secret $index $name, wherever it stands',
    ({ index, text }) => {
      for (let before = 0; before < 8; before++) {
        expect(forms.findIn(`a line: "${'x'.repeat(before)}${text}".`)?.key.id).toBe(`AKIA${index}`);
      }
    },
  );

  it('finds it in the base64 of a whole document', () => {
    const document = JSON.stringify({ accessKeyId: 'AKIA1', secretAccessKey: SECRETS[1] });
    expect(forms.findIn(Buffer.from(document).toString('base64'))?.key.id).toBe('AKIA1');
  });

  it('finds nothing in version IDs, key IDs and times', () => {
    const text = 'access-key-AKIAIOSFODNN7EXAMPLE-20260101T000000Z DELIVERED-0123456789abcdef 2026-01-01T00:00:00.000Z';
    expect(forms.findIn(text)).toBeUndefined();
  });
});
