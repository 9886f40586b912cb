import { quoted } from '../../functions/core/findings/commands';
import { type Check, type Cure, GROUPS, type Group, type Verdict } from './check';
import { ACCOUNT_CHECKS } from './checks/account';
import { DEPLOYMENT_CHECKS } from './checks/deployment';
import { HOST_CHECKS } from './checks/hosts';
import { KEY_CHECKS } from './checks/keys';
import { SECRET_CHECKS } from './checks/secrets';
import type { Facts } from './facts';

/** Everything that must be true, in the order in which it is shown. */
export const CHECKS: readonly Check[] = [
  ...ACCOUNT_CHECKS,
  ...DEPLOYMENT_CHECKS,
  ...KEY_CHECKS,
  ...SECRET_CHECKS,
  ...HOST_CHECKS,
];

export interface Checked extends Omit<Verdict, 'unreached'> {
  readonly id: string;
  readonly group: Group;
  readonly must: string;
}

/** What `keyturn doctor --json` writes. */
export interface Diagnosis {
  readonly schema: 'keyturn.doctor/v1';
  readonly account: string;
  readonly region: string;
  readonly by: string;
  readonly at: string;
  readonly version: string;
  readonly counts: Readonly<Record<Verdict['status'], number>>;
  readonly checks: readonly Checked[];
  /** AWS or a host gave no answer, so that something is unknown which may be known the next time. */
  readonly unreached: boolean;
}

/** A deployment is of the configuration that was given, and of no other. */
function forFile(cure: Cure, { config }: Facts): Cure {
  if (cure.run === undefined || config === undefined) return cure;
  return { ...cure, run: cure.run.replace('config=keyturn.yaml', `config=${quoted(config.file)}`) };
}

/** Judges everything that was read. */
export function diagnose(facts: Facts): Diagnosis {
  const { accountId, region, arn } = facts.caller;
  const verdicts = CHECKS.map((check) => ({ check, verdict: check.judge(facts) }));
  const checks = verdicts.map(({ check: { id, group, must }, verdict: { status, saw, cures } }) => ({
    id,
    group,
    must,
    status,
    saw,
    ...(cures === undefined || cures.length === 0 ? {} : { cures: cures.map((cure) => forFile(cure, facts)) }),
  }));
  const count = (status: Verdict['status']) => checks.filter((one) => one.status === status).length;
  return {
    schema: 'keyturn.doctor/v1',
    account: accountId,
    region,
    by: arn,
    at: facts.now.toISOString(),
    version: facts.version,
    counts: { ok: count('ok'), warn: count('warn'), fail: count('fail'), unknown: count('unknown') },
    checks,
    unreached: verdicts.some(({ verdict }) => verdict.unreached === true),
  };
}

/** Groups in their order. */
export const GROUP_ORDER = Object.keys(GROUPS) as readonly Group[];
