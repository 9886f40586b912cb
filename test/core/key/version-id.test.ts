import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVersionId, versionIdOf } from '../../../functions/core/key/version-id';

const key = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', createdAt: new Date('2026-11-20T03:00:07.891Z') };

const accessKeyId = fc
  .array(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'), { minLength: 16, maxLength: 16 })
  .map((characters) => `AKIA${characters.join('')}`);
const createdAt = fc
  .date({ min: new Date('2006-03-14T00:00:00Z'), max: new Date('2199-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));

describe('a version ID', () => {
  it('spells the key and its creation to the second', () => {
    expect(versionIdOf(key)).toBe('access-key-AKIAIOSFODNN7EXAMPLE-20261120T030007Z');
  });

  it('has 48 characters and reads back as the same key', () => {
    fc.assert(
      fc.property(accessKeyId, createdAt, (id, at) => {
        const versionId = versionIdOf({ accessKeyId: id, createdAt: at });
        expect(versionId).toHaveLength(48);
        expect(parseVersionId(versionId)).toEqual({ accessKeyId: id, createdAt: at });
      }),
    );
  });

  it.each([
    ['a UUID of the SDK', '6b1f3c0e-3f0e-4a57-9a43-1f3c0e3f0e4a'],
    ['a token of CloudFormation', 'terraform-20261120030007000000000001'],
    ['nothing', ''],
    ['a lower-case key ID', 'access-key-akiaiosfodnn7example-20261120T030007Z'],
    ['a key ID that is too short', 'access-key-AKIAIOSFODNN7EX-20261120T030007Z'],
    ['no Z', 'access-key-AKIAIOSFODNN7EXAMPLE-20261120T030007'],
    ['something before it', 'my-access-key-AKIAIOSFODNN7EXAMPLE-20261120T030007Z'],
    ['something after it', 'access-key-AKIAIOSFODNN7EXAMPLE-20261120T030007Z-2'],
    ['a second line', 'access-key-AKIAIOSFODNN7EXAMPLE-20261120T030007Z\n'],
    ['a month 13', 'access-key-AKIAIOSFODNN7EXAMPLE-20261399T030007Z'],
    ['a month 0', 'access-key-AKIAIOSFODNN7EXAMPLE-20260020T030007Z'],
    ['the 30th of February', 'access-key-AKIAIOSFODNN7EXAMPLE-20260230T030007Z'],
    ['the 31st of November', 'access-key-AKIAIOSFODNN7EXAMPLE-20261131T030007Z'],
    ['hour 24', 'access-key-AKIAIOSFODNN7EXAMPLE-20261120T240000Z'],
    ['minute 60', 'access-key-AKIAIOSFODNN7EXAMPLE-20261120T036000Z'],
  ])('of %s is not one that Keyturn wrote', (_what, versionId) => {
    expect(parseVersionId(versionId)).toBeUndefined();
  });
});
