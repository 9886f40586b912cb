import { termOf } from '../../core/config/audit-terms';
import { after } from '../../core/duration';
import type { Exemption } from '../../core/key/exemption';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { compare } from './compare';
import { daysOf } from './exception-words';
import { acceptedId, exemptionsIn, isDelayed } from './exempt';
import type { KeyJudgements } from './judge-keys';
import type { GrantedException } from './judged-key';
import type { Attention, Exception, ManagedKeyHistory } from './model';
import { DELIVERY_MAY_TAKE, dayOf } from './time-bounds';

/** The anchor of an exception. */
export function exceptionId({ kind, of }: Pick<GrantedException, 'kind' | 'of'>): string {
  return `${kind}-${of}`;
}

/** Everything that is excepted, each once, by its end; then what was accepted and makes no difference now. */
export function exceptionsOf(
  evidence: Evidence,
  judged: readonly KeyJudgements[],
  histories: readonly ManagedKeyHistory[],
  attention: readonly Attention[] = [],
): readonly Exception[] {
  const granted = judged.flatMap(({ key, judgements }) =>
    judgements.flatMap(({ exception, why, control }) =>
      exception === undefined ? [] : [{ key, exception, why, control }],
    ),
  );
  const groups = groupBy(granted, ({ exception }) => exceptionId(exception));
  const own = [...groups].flatMap(([id, group]) => {
    const [first] = group;
    if (first === undefined || first.exception.kind === 'accepted') return [];
    const { kind, until, of } = first.exception;
    // Of both keys of a user the older one is what it is about.
    const { key } = judged.find(({ key: other }) => other.accessKeyId === of || other.id === of) ?? first;
    const { managed, user, accessKeyId } = key;
    return [
      {
        id,
        kind,
        isInForce: true,
        until: until.toISOString(),
        why: group.find((one) => one.key === key)?.why ?? first.why,
        key: managed?.key,
        user,
        accessKeyId,
        policy: managed === undefined ? undefined : daysOf(managed.policy),
        controls: [...new Set(group.map(({ control }) => control))],
      },
    ];
  });
  const all = [...own, ...deliveries(evidence, histories), ...acceptedOnes(evidence, groups)];
  all.push(...exemptOnes(evidence, groups, histories, attention));
  return all.sort(
    (a, b) => Number(b.isInForce) - Number(a.isInForce) || compare(a.until, b.until) || compare(a.id, b.id),
  );
}

/** What is being delivered: the key before it works for as long as that takes. */
function deliveries({ gatheredAt }: Evidence, histories: readonly ManagedKeyHistory[]): readonly Exception[] {
  return histories.flatMap(({ key, user, state, currentAccessKeyId, undeliveredSince, policy }) => {
    if (state !== 'undelivered' || undeliveredSince === undefined) return [];
    const until = after(new Date(undeliveredSince), DELIVERY_MAY_TAKE);
    if (until < gatheredAt) return [];
    return [
      {
        id: exceptionId({ kind: 'delivery', of: key }),
        kind: 'delivery' as const,
        isInForce: true,
        until: until.toISOString(),
        why: `${currentAccessKeyId} is being delivered, since ${undeliveredSince}.`,
        key,
        user,
        accessKeyId: currentAccessKeyId,
        policy: daysOf(policy),
        controls: [],
      },
    ];
  });
}

/** Those of the configuration, also where they are over, have not begun, or nothing needs them. */
function acceptedOnes(
  { terms, gatheredAt }: Evidence,
  groups: ReadonlyMap<string, readonly unknown[]>,
): readonly Exception[] {
  return (terms?.exceptions ?? []).map(({ control, approver, reason, approvedOn, until, key, user }, index) => {
    const id = exceptionId({ kind: 'accepted', of: String(index + 1) });
    const { from, to } = termOf({ approvedOn, until });
    const needed = groups.get(id)?.length ?? 0;
    return {
      id,
      kind: 'accepted' as const,
      isInForce: needed > 0,
      until: to.toISOString(),
      why: whyAccepted({ isOver: to <= gatheredAt, isBegun: from <= gatheredAt, needed }),
      key,
      user,
      controls: [control],
      approver,
      reason,
      approvedOn,
    };
  });
}

/** Those of the record, as far as they concern the period or today, also where they are over. */
function exemptOnes(
  evidence: Evidence,
  groups: ReadonlyMap<string, readonly { readonly control: string }[]>,
  histories: readonly ManagedKeyHistory[],
  attention: readonly Attention[],
): readonly Exception[] {
  const { since, gatheredAt } = evidence;
  return exemptionsIn(evidence).flatMap((exemption) => {
    const { key, from, until, by, saidApprover, why: reason, event } = exemption;
    if (until <= since || from > gatheredAt) return [];
    const id = acceptedId(exemption);
    const judged = groups.get(id) ?? [];
    const managed = histories.find((history) => history.key === key);
    const isDelaying = managed?.exception === id && isDelayed(managed);
    const needed = judged.length + attention.filter(({ exception }) => exception === id).length;
    return [
      {
        id,
        kind: 'accepted' as const,
        isInForce: needed > 0 || isDelaying,
        until: until.toISOString(),
        why: whyExempt(exemption, gatheredAt, needed > 0 || isDelaying),
        key,
        user: managed?.user,
        controls: [...new Set(judged.map(({ control }) => control))],
        approver: by,
        saidApprover,
        reason,
        approvedOn: dayOf(from),
        event,
      },
    ];
  });
}

function whyExempt({ until, ended }: Exemption, now: Date, isNeeded: boolean): string {
  const end = ended === undefined ? 'It is over' : `It was ended on ${dayOf(until)} by ${ended.by} ("${ended.why}")`;
  if (until <= now)
    return isNeeded ? `${end}; what was late until then is accepted.` : `${end}, and does not count any more.`;
  if (!isNeeded) return 'Nothing needs it: the key misses nothing by its age or its delivery.';
  return 'What the key misses by its age or its delivery is accepted, and is not fine.';
}

function whyAccepted({ isOver, isBegun, needed }: { isOver: boolean; isBegun: boolean; needed: number }): string {
  if (isOver) return 'It is over, and does not count any more.';
  if (!isBegun) return 'It has not begun.';
  if (needed === 0) return 'Nothing needs it: no key that it is about fails the control.';
  return needed === 1 ? '1 access key needs it.' : `${needed} access keys need it.`;
}
