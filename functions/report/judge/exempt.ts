import type { ControlId } from '../../core/config/audit-terms';
import { after, DAY } from '../../core/duration';
import { type Exemption, exemptionOf, exemptionsOf, isExemptThroughout } from '../../core/key/exemption';
import type { Evidence } from '../evidence/evidence';
import type { JudgedKey, Judgement } from './judged-key';
import { supersededAt } from './lives';
import type { Attention, KeyLife, ManagedKeyHistory } from './model';
import type { OpenFinding } from './open-findings';
import { dayOf, ONE_RUN } from './time-bounds';

/** The exemptions that the sealed record tells of, also those that are over. */
export function exemptionsIn({ record }: Pick<Evidence, 'record'>): readonly Exemption[] {
  return exemptionsOf(record?.exemptions ?? []);
}

/** What the control asks about is the age of a key: what an exemption is about. */
const OF_AGE: ReadonlySet<ControlId> = new Set<ControlId>([
  'cis-1.14',
  'pci-8.6.3',
  'nist-ia-5',
  'soc2-cc6.1',
  'iso27001-5.17',
]);

/**
 * The exemption that excuses what a control misses of a key: of its age alone, and never of a key that somebody made by
 * hand. What was late and is over is excused where the key was exempt for as long as it was late.
 */
export function excuseOf(
  evidence: Evidence,
  exemptions: readonly Exemption[],
  key: JudgedKey,
  control: ControlId,
  own: Judgement,
): Exemption | undefined {
  const id = key.managed?.key;
  if (id === undefined || !isAbout(key, control)) return undefined;
  const { role, life } = key;
  // That its successor came late is over, also while the key has its overlap, or is beyond it: nobody accepts it afterwards.
  const isOver = role === 'gone' || (role === 'superseded' && life?.lateDays !== undefined);
  // The two of CIS are about how many keys there are now, and how old.
  if (!isOver || (role !== 'gone' && control.startsWith('cis-'))) {
    return exemptionOf(exemptions, id, evidence.gatheredAt);
  }
  return own.verdict !== 'fail' || life === undefined ? undefined : lateExcuse(exemptions, id, life);
}

function isAbout({ role, changeover }: JudgedKey, control: ControlId): boolean {
  if (role !== 'current' && role !== 'superseded' && role !== 'gone') return false;
  // Two keys of a rotation that ends late are about age; two of any other reason are not.
  return OF_AGE.has(control) || (control === 'cis-1.13' && changeover !== undefined);
}

/** The last of those that together cover all of the time by which a successor came late. */
export function lateExcuse(exemptions: readonly Exemption[], key: string, life: KeyLife): Exemption | undefined {
  const superseded = supersededAt(life);
  if (life.lateDays === undefined || superseded === undefined) return undefined;
  const to = new Date(superseded);
  const from = after(to, ONE_RUN - life.lateDays * DAY);
  if (!isExemptThroughout(exemptions, key, from, to)) return undefined;
  return exemptions.findLast((one) => one.key === key && one.from < to);
}

/** Findings that say why a key is not rotated or delivered: what is wrong with it otherwise nobody has accepted. */
const OF_DELAY: ReadonlySet<string> = new Set([
  'breaker-open',
  'delivery-failed',
  'hold-limit',
  'in-use',
  'observed',
  'paused',
  'rotation-cap',
  'undelivered',
]);

/** An item of what is late, as accepted: it stays in the list, and nobody has to repair it. */
export function asAccepted(item: Attention, exemption: Exemption | undefined): Attention {
  if (exemption === undefined) return item;
  return {
    ...item,
    severity: 'low',
    detail: `${item.detail} ${acceptedWords(exemption)}`,
    exception: acceptedId(exemption),
  };
}

/** Of a finding that is open now. */
export function findingExcuse(
  evidence: Evidence,
  exemptions: readonly Exemption[],
  { last: { key, reason = '' } }: OpenFinding,
): Exemption | undefined {
  return key !== undefined && OF_DELAY.has(reason) ? exemptionOf(exemptions, key, evidence.gatheredAt) : undefined;
}

const SETTLED: ReadonlySet<ManagedKeyHistory['state']> = new Set(['on-time', 'replaced', 'not-managed', 'unknown']);

/** Whether a key is in a state that a yes cannot rest on, and that is of its age or its delivery. */
export function isDelayed({ state }: ManagedKeyHistory): boolean {
  return !SETTLED.has(state);
}

/** The anchor in the list of exceptions. */
export function acceptedId({ event }: Exemption): string {
  return `accepted-${event}`;
}

export function acceptedWords({ by, until, why }: Exemption): string {
  return `Accepted by ${by} until ${dayOf(until)}: ${why}`;
}
