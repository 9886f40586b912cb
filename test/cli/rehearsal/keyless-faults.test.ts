import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../../cli/rehearsal/faults/kinds';
import { type Report, rehearse } from '../../../cli/rehearsal/rehearse';
import type { ConfigInput } from '../../../functions/core/config/config';
import { synthesized } from '../../support/deployed-world';

const KEYLESS = 'docs/examples/keyless.yaml';
/** What meets a provider's endpoint: its AWS, its issuer and itself. */
const OF_PROVIDERS: readonly FaultKind[] = [
  'aws-throttle',
  'aws-down',
  'lost-answer',
  'killed',
  'host-down',
  'host-throttle',
  'host-error',
];

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
const providerOf = ({ promises }: Report) => promises.find(({ promise }) => promise === 'provider')?.evidence ?? '';

describe('pipelines without keys, under faults', () => {
  it('of all kinds: every promise holds, of roles, provider, nodes and keys', async () => {
    expect(broken(await live({ days: 14, seed: 'b', faults: FAULT_KINDS }))).toEqual([]);
  }, 120_000);

  it('of what steps fetch from: who cannot be served is told so, never that it is nobody, and is served afterwards', async () => {
    const report = await live({ days: 16, seed: 'down', faults: OF_PROVIDERS });
    expect(broken(report)).toEqual([]);
    const [, steps, failed, undecided, served] =
      /^(\d+) steps with \d+ logins, (\d+) failed;.* beside them (\d+) were told .* again, (\d+) had .* and 0 not$/.exec(
        providerOf(report),
      ) ?? [];
    expect([Number(steps), failed]).toEqual([32, '0']);
    expect(Number(undecided)).toBeGreaterThan(0);
    expect(served).toBe(undecided);
  }, 120_000);

  it('breaks where a provider says that a step is none because the issuer is down', async () => {
    const instead = [/(==="keys-unavailable"[^;]*?\{status:)503/, '$1401'] as const;
    const report = await live({ days: 16, seed: 'down', faults: ['host-down'], instead });
    expect(broken(report).join('\n')).toMatch(/^provider: .*[1-9]\d* failed; .*\(status 401\)$/m);
  }, 120_000);
});

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
  }, 120_000);
});
