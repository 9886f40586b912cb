import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Faults, type Strike } from '../../../cli/rehearsal/faults/faults';
import { FAULT_KINDS, type FaultKind } from '../../../cli/rehearsal/faults/kinds';
import { type Report, rehearse } from '../../../cli/rehearsal/rehearse';
import type { ConfigInput } from '../../../functions/core/config/config';
import { DAY, HOUR } from '../../../functions/core/duration';
import type { AwsCall } from '../../../local/account/wire/server';
import { synthesized } from '../../support/deployed-world';

const KEYLESS = 'docs/examples/keyless.yaml';
interface Life {
  readonly config?: ConfigInput | string;
  readonly days: number;
  readonly seed: string;
  readonly faults: readonly FaultKind[];
  /** Changes the code of the functions: what stands there, and what stands there then. */
  readonly instead?: readonly [RegExp, string];
}

async function live({ config = KEYLESS, days, seed, faults, instead }: Life): Promise<Report> {
  const cdkOut = synthesized(config);
  try {
    if (instead !== undefined) replace(cdkOut, ...instead);
    return await rehearse({ cdkOut, days, seed, faults });
  } finally {
    rmSync(cdkOut, { recursive: true, force: true });
  }
}

/** @throws Error where no function has it */
function replace(cdkOut: string, what: RegExp, instead: string): void {
  const files = readdirSync(cdkOut)
    .filter((name) => name.startsWith('asset.'))
    .map((folder) => join(cdkOut, folder, 'index.js'))
    .filter((file) => what.test(readFileSync(file, 'utf8')));
  if (files.length === 0) throw new Error(`no function has ${what}`);
  for (const file of files) writeFileSync(file, readFileSync(file, 'utf8').replace(what, instead));
}

const broken = ({ promises }: Report) =>
  promises.filter(({ held }) => !held).map(({ promise, evidence }) => `${promise}: ${evidence}`);

describe('pipelines without keys, under faults', () => {
  it('of all kinds: every promise holds; who cannot be served is told so, never that it is nobody, and served later', async () => {
    const report = await live({ days: 14, seed: 'c', faults: FAULT_KINDS });
    expect(broken(report)).toEqual([]);
    const { evidence = '' } = report.promises.find(({ promise }) => promise === 'provider') ?? {};
    const [, steps, failed, undecided, served] =
      /^(\d+) steps with \d+ logins, (\d+) failed;.* beside them (\d+) told .* of these (\d+) had .* and 0 have none$/.exec(
        evidence,
      ) ?? [];
    expect([steps, failed]).toEqual(['28', '0']);
    expect(Number(undecided)).toBeGreaterThan(0);
    expect(served).toBe(undecided);
  }, 600_000);

  it('breaks where a provider says that a step is none because the issuer is down', async () => {
    const instead = [/(==="keys-unavailable"[^;]*?\{status:)503/, '$1401'] as const;
    const report = await live({ days: 12, seed: 'down', faults: ['host-down'], instead });
    expect(broken(report).join('\n')).toMatch(/^provider: .*[1-9]\d* failed; .*\(status 401\)$/m);
  }, 600_000);
});

/** Some of those that the endpoint makes. */
const CALLS = ['UpdateItem', 'GetSecretValue', 'DescribeSecret', 'PutLogEvents'];

it.each(['aws-throttle', 'aws-down', 'lost-answer', 'killed'] as const)(
  '%s meets a call of the endpoint too, and then no managed key is late for it',
  (kind) => {
    const arn = 'arn:aws:sts::111122223333:assumed-role/Keyturn-KeyRotationProviderRole/Keyturn-KeyRotationProvider';
    const faults = new Faults({ seed: 'calls', days: 400, kinds: [kind], start: 0, region: 'eu-west-1' });
    const strikes: Strike[] = [];
    const killed: string[] = [];
    let now = 0;
    faults.begin({
      now: () => now,
      kill: (name) => killed.push(name),
      halves: () => [],
      struck: (strike) => strikes.push(strike),
    });
    const principal = { kind: 'role', arn };
    for (; now < 380 * DAY; now += HOUR) {
      for (const action of CALLS) faults.aws({ action, principal } as AwsCall);
    }
    expect(new Set(strikes.map((strike) => `${strike.kind} ${strike.isOfProvider}`))).toEqual(
      new Set([`${kind} true`]),
    );
    expect(new Set(killed)).toEqual(new Set(kind === 'killed' ? ['KeyRotationProvider'] : []));
  },
);

describe('a key that roles replace, under faults', () => {
  const UUID = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
  /** A whole way out in weeks. */
  const LEAVING: ConfigInput = {
    connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
    policy: { rotateAfter: 16, deactivateAfter: 18, deleteAfter: 20, idleFor: 0, holdLimit: 0 },
    keys: [
      {
        id: 'reports',
        user: 'ci-reports',
        replacedBy: { roles: ['arn:aws:iam::111122223333:role/reports'], idleFor: 3 },
        deliverTo: [{ connection: 'acme', repository: 'acme/web-shop', environment: 'Reports' }],
      },
    ],
    roles: [
      {
        name: 'reports',
        bitbucket: {
          workspace: 'acme',
          workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}',
          repositoryUuid: UUID,
          environmentUuids: ['{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e13}'],
        },
        managedPolicies: ['arn:aws:iam::111122223333:policy/reports'],
      },
    ],
  };

  it('has no drift, no target and no order to come into when it is gone for good', async () => {
    const report = await live({ config: LEAVING, days: 44, seed: 'gone', faults: ['drift', 'half-refused'] });
    expect(broken(report)).toEqual([]);
    expect(report.promises.find(({ promise }) => promise === 'way out')?.evidence).toMatch(/^1 leave, 1 gone/);
    expect(report.faults?.kinds.filter(({ isInOrder }) => !isInOrder)).toEqual([]);
  }, 600_000);
});
