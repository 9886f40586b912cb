import type { Iam, Trail } from '../account/ports';
import { after, DAY } from '../core/duration';
import type { Finding } from '../core/findings/findings';
import type { LastUsed } from '../core/key/access-key';
import { deliveredAt } from '../core/key/delivery-mark';
import type { SeenUses } from '../core/key/key-use';
import type { StoredVersion } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import { isUsedByOthers, notAdopted } from '../core/lifecycle/not-adopted';
import type { HoldLimit, InUse } from '../core/lifecycle/plan-deactivation';
import type { NotReplacedYet } from '../core/lifecycle/replacement';

interface Explaining {
  readonly iam: Pick<Iam, 'accessKeyLastUsed'>;
  readonly trail: Pick<Trail, 'usesOf'>;
  readonly managed: Managed;
  /** What pipelines should hold in place of the keys that are in use. */
  readonly successor: StoredVersion | undefined;
}

/**
 * Says of superseded keys in use what uses them, and whether anybody uses the key that was delivered. That CloudTrail or
 * IAM does not answer changes the words, and nothing that is done.
 */
export async function explained(findings: readonly Finding[], explaining: Explaining): Promise<readonly Finding[]> {
  const { successor, trail } = explaining;
  if (successor === undefined) return findings;
  const each = findings.map(async (finding): Promise<readonly Finding[]> => {
    if (finding.code === 'not-replaced-yet') return [await explainedUse(finding, trail)];
    if (finding.code !== 'in-use' && finding.code !== 'hold-limit') return [finding];
    return explainedHold(finding, explaining, successor);
  });
  return (await Promise.all(each)).flat();
}

/** Who keeps the key in use that a role is to replace. */
async function explainedUse(finding: NotReplacedYet, trail: Explaining['trail']): Promise<NotReplacedYet> {
  const { waits, used } = finding.facts;
  if (waits !== 'key' || used?.at === undefined) return finding;
  const by = await seenUses(trail, finding.accessKeyId, used.region, after(used.at, -DAY));
  return { ...finding, facts: { ...finding.facts, by } };
}

async function explainedHold(
  finding: InUse | HoldLimit,
  { iam, trail, managed: { entry, secret } }: Explaining,
  successor: StoredVersion,
): Promise<readonly Finding[]> {
  const { accessKeyId } = finding;
  const { used } = finding.facts;
  const since = deliveredAt(secret, successor);
  const by = await seenUses(trail, accessKeyId, used.region, since);
  const told = { ...finding, facts: { ...finding.facts, by } } as InUse | HoldLimit;
  const fresh = await iam.accessKeyLastUsed(successor.accessKeyId).catch(() => undefined);
  if (fresh === undefined) return [told];
  const old = { accessKeyId, used, ends: finding.code === 'hold-limit' };
  const seen = isUsedByOthers(fresh)
    ? ({ is: 'unknown' } as const)
    : await seenAnywhere(trail, successor.accessKeyId, since, fresh);
  const unused = notAdopted({ entry, secret, successor, old, used: fresh, seen });
  return unused === undefined ? [told] : [told, unused];
}

/** In the function's own region, and in that of the last use. */
async function seenAnywhere(
  trail: Explaining['trail'],
  accessKeyId: string,
  since: Date,
  { region }: LastUsed,
): Promise<SeenUses> {
  const regions = new Set([undefined, region]);
  const all = await Promise.all([...regions].map((one) => seenUses(trail, accessKeyId, one, since)));
  const uses = all.flatMap((seen) => (seen.is === 'seen' ? seen.uses : []));
  if (all.some(({ is }) => is === 'unknown')) return { is: 'unknown' };
  return { is: 'seen', uses };
}

async function seenUses(
  trail: Explaining['trail'],
  accessKeyId: string,
  region: string | undefined,
  since: Date,
): Promise<SeenUses> {
  try {
    const uses = await trail.usesOf(accessKeyId, since, region);
    return uses.length === 0 ? { is: 'none' } : { is: 'seen', uses };
  } catch {
    return { is: 'unknown' };
  }
}
