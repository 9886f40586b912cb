import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCredentialReport } from '../../functions/aws/credential-report';
import { TrailFileRecords } from '../../functions/aws/trail-file-records';
import { policyWith } from '../../functions/core/config/policy';
import { parseRegistryEntry } from '../../functions/core/config/registry';
import { KeyturnError } from '../../functions/core/errors';
import { Redacted } from '../../functions/core/key/credential';
import { parseSecretDocument } from '../../functions/core/key/secret-document';
import { parseConnectionSecret } from '../../functions/hosts/bitbucket/auth';
import { anyJson, anyText, damaged, deepJson, isPrototypeClean, mutated } from './hostile';

const ENTRY = {
  version: 1,
  id: 'shop',
  user: 'ci-shop',
  policy: policyWith(),
  firstRotation: 'at-once',
  adopt: 'keep',
  connections: {
    acme: { host: 'bitbucket', url: 'https://api.bitbucket.org/2.0', secret: 'keyturn/connections/acme' },
  },
  targets: [
    { type: 'bitbucket-deployment', connection: 'acme', repository: 'acme/shop', environment: 'Production' },
    { type: 'bitbucket-workspace', connection: 'acme', workspace: 'acme', variables: { bundle: 'AWS_KEY' } },
  ],
};
const DOCUMENT = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'canary/secret+access/key0123456789abcdef',
  userName: 'ci-shop',
  accountId: '111122223333',
  createdAt: '2026-01-01T00:00:00.000Z',
};

/** Nothing, where it is a typed error with this code; anything else is rethrown. */
function orTyped<T>(code: KeyturnError['code'], parse: () => T): T | undefined {
  try {
    return parse();
  } catch (thrown) {
    if (thrown instanceof KeyturnError && thrown.code === code) return undefined;
    throw thrown;
  }
}

/** Texts of all kinds around a valid document. */
function textsAround(valid: unknown): fc.Arbitrary<string> {
  return fc.oneof(
    anyText,
    anyJson.map((value) => JSON.stringify(value)),
    mutated(valid).map((value) => JSON.stringify(value) ?? ''),
    damaged(JSON.stringify(valid)),
  );
}

const HUGE = [
  deepJson(50_000),
  '['.repeat(100_000),
  `"${'x'.repeat(2_000_000)}"`,
  `{"keys":[${'1,'.repeat(300_000)}1]}`,
];

afterEach(() => expect(isPrototypeClean()).toBe(true));

describe('a registry parameter', () => {
  const parse = (text: string) =>
    orTyped('invalid-entry', () => parseRegistryEntry('/keyturn/keys/shop', 'shop', text));

  it('is an entry or an invalid-entry, whatever it holds', () => {
    expect(parse(JSON.stringify(ENTRY))?.id).toBe('shop');
    fc.assert(
      fc.property(textsAround(ENTRY), (text) => {
        const entry = parse(text);
        if (entry === undefined) return;
        expect(entry.id).toBe('shop');
        expect(entry.targets.every(({ connection }) => Object.hasOwn(entry.connections, connection ?? ''))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it.each(HUGE.map((text) => [text.slice(0, 12), text]))(
    'is refused in no time when it is huge or deep: %s…',
    (_start, text) => {
      const start = performance.now();
      expect(parse(text)).toBeUndefined();
      expect(performance.now() - start).toBeLessThan(2_000);
    },
  );
});

describe('the value of a managed secret (K6)', () => {
  it('is a credential or secret-invalid, and an error never quotes it', () => {
    fc.assert(
      fc.property(textsAround(DOCUMENT), (text) => {
        try {
          const { accessKeyId, createdAt } = parseSecretDocument('keyturn/shop', text);
          expect(accessKeyId).toMatch(/^\w{16,128}$/);
          expect(createdAt.toISOString()).toMatch(/^\d{4}-/);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(KeyturnError);
          expect(thrown).toMatchObject({ code: 'secret-invalid' });
          expectNoQuote(String(thrown), text);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each(HUGE.map((text) => [text.slice(0, 12), text]))(
    'is refused in no time when it is huge or deep: %s…',
    (_start, text) => {
      expect(orTyped('secret-invalid', () => parseSecretDocument('keyturn/shop', text))).toBeUndefined();
    },
  );
});

describe('a connection’s secret (K6)', () => {
  it('is a token of a known kind or invalid-connection, and an error never quotes it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          textsAround({ accessToken: 'canary-token-f00dfeed' }),
          textsAround({ email: 'ci@example.com', apiToken: 'canary-token-f00dfeed' }),
          textsAround({ clientId: 'canary-client-id-f00d', clientSecret: 'canary-token-f00dfeed' }),
        ),
        (text) => {
          try {
            const parsed = parseConnectionSecret('keyturn/connections/acme', new Redacted(text));
            // What goes into a header must be fit for one.
            for (const value of Object.values(parsed)) expect(value).toMatch(/^[\x21-\x7e]+$/);
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'invalid-connection' });
            expectNoQuote(String(thrown), text);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('a credential report', () => {
  const at = new Date('2026-01-01T00:00:00Z');
  const report =
    'user,arn,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated\n' +
    'ci-shop,arn:aws:iam::1:user/ci-shop,true,2025-01-01T00:00:00+00:00,false,N/A\n' +
    '"a,b",arn,true,no_information,true,2025-02-30T99:00:00Z\n';

  it('is users with their keys, or says which column is missing', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, damaged(report), damaged(report.replaceAll('\n', '\r\n'))), (csv) => {
        try {
          for (const [name, { user, keys }] of parseCredentialReport(csv, at).users) {
            expect(user).toBe(name);
            for (const { changedAt } of keys) expect(Number.isNaN(changedAt?.getTime() ?? 0)).toBe(false);
          }
        } catch (thrown) {
          expect(String(thrown)).toMatch(/has no column/);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('with names from the prototype chain is one like any other', () => {
    const { users } = parseCredentialReport(report.replace('ci-shop', '__proto__'), at);
    expect(users.get('__proto__')?.keys).toHaveLength(1);
  });

  it('of 100,000 users is read whole', () => {
    const line = (_: unknown, user: number) =>
      `user-${user},arn:aws:iam::1:user/x,true,2025-01-01T00:00:00+00:00,false,N/A`;
    const { users } = parseCredentialReport(`${report}${Array.from({ length: 100_000 }, line).join('\n')}\n`, at);
    expect(users.size).toBeGreaterThanOrEqual(100_000);
  });
});

/** No part of the value that could be secret: any run of 12 characters that is not a field's name. */
function expectNoQuote(message: string, text: string): void {
  for (let at = 0; at + 12 <= Math.min(text.length, 400); at += 1) {
    const part = text.slice(at, at + 12);
    if (/^["{},:]*[a-zA-Z]*["{},:]*$/.test(part) || /^(.)\1*$/.test(part)) continue;
    expect(message).not.toContain(part);
  }
}

describe('a file of a trail', () => {
  const FILE = {
    Records: [
      {
        eventID: 'a',
        eventName: 'CreateAccessKey',
        eventTime: '2026-01-01T00:00:00Z',
        requestParameters: { a: '}]"' },
      },
      { eventID: 'b', eventName: 'PutSecretValue', eventTime: '2026-01-01T00:05:00Z', responseElements: null },
    ],
  };

  it('whatever is in it, gives records in whatever pieces it comes, or says that it is none', () => {
    const cut = (file: Buffer, size: number) => {
      const cutter = new TrailFileRecords();
      const records: string[] = [];
      try {
        for (let at = 0; at < file.length; at += size) records.push(...cutter.push(file.subarray(at, at + size)));
        cutter.end();
        return { records };
      } catch (thrown) {
        if (!(thrown instanceof Error) || thrown instanceof TypeError || thrown instanceof RangeError) throw thrown;
        return { records, damage: thrown.message };
      }
    };
    fc.assert(
      fc.property(textsAround(FILE), fc.integer({ min: 1, max: 70 }), (text, size) => {
        const file = Buffer.from(text);
        const [whole, inPieces] = [cut(file, file.length || 1), cut(file, size)];
        // Only how long a head or a record may be depends on the pieces.
        if (whole.damage === undefined && inPieces.damage === undefined) expect(inPieces).toEqual(whole);
        for (const record of whole.records) expect(record).toMatch(/^[[{]/);
      }),
    );
  });
});
