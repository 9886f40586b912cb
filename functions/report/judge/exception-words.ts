import type { Policy } from '../../core/config/policy';
import { groupBy } from '../group-by';
import { fail, type Judgement } from './judged-key';
import type { KeyFacts } from './key-facts';
import type { Exception, ExceptionKind } from './model';
import type { Overlap } from './overlap';
import { plural } from './plural';
import { dayOf } from './time-bounds';

/** The days of a policy, as people write them: `90/100/110`. */
export function daysOf({ rotateAfter, deactivateAfter, deleteAfter }: Policy): string {
  return [rotateAfter, deactivateAfter, deleteAfter].join('/');
}

/** What a control that two Active keys do not meet says of an overlap: an exception within its dates, a failure beyond. */
export function judgeOverlap(what: string, { accessKeyId = '', managed }: KeyFacts, overlap: Overlap): Judgement {
  const { state, until } = overlap;
  if (state === 'beyond') {
    return fail(`${what} ${accessKeyId} should have been made Inactive on ${dayOf(until)}, and still is Active.`);
  }
  const policy = managed === undefined ? '' : ` (policy ${daysOf(managed.policy)})`;
  const why =
    state === 'held'
      ? `${accessKeyId} is held, because it is in use, until ${dayOf(until)} at the latest${policy}.`
      : `${accessKeyId} overlaps with its successor until ${dayOf(until)}${policy}.`;
  return { verdict: 'exception', why: `${what} ${why}`, exception: { kind: state, until, of: accessKeyId } };
}

const IN_WORDS: Readonly<Record<ExceptionKind, (count: number) => string>> = {
  overlap: (count) =>
    `${plural(count, 'key')} ${count === 1 ? 'overlaps with its successor' : 'overlap with their successors'}`,
  held: (count) => `${plural(count, 'key')} ${count === 1 ? 'is' : 'are'} held in use`,
  due: (count) => `${plural(count, 'key')} ${count === 1 ? 'is' : 'are'} due for the next run`,
  'first-rotation': (count) => `${plural(count, 'key')} ${count === 1 ? 'waits' : 'wait'} for the first rotation`,
  delivery: (count) => `${plural(count, 'key')} ${count === 1 ? 'is' : 'are'} being delivered`,
  accepted: (count) => `${count} ${count === 1 ? 'is' : 'are'} accepted`,
};

/** What is excepted now: how many keys, until when, under which policy or by whom. */
export function exceptionsInWords(exceptions: readonly Exception[]): readonly string[] {
  const inForce = exceptions.filter(({ isInForce }) => isInForce);
  return [...groupBy(inForce, ({ kind }) => kind).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const last =
      group
        .map(({ until }) => until)
        .sort()
        .at(-1) ?? first.until;
    const under = [...new Set(group.flatMap(({ policy, approver }) => approver ?? policy ?? []))];
    const what = first.kind === 'accepted' ? 'by' : under.length === 1 ? 'policy' : 'policies';
    const names = under.length === 0 || under.length > 3 ? '' : ` (${what} ${under.join(', ')})`;
    return [`${IN_WORDS[first.kind](group.length)} until ${last.slice(0, 10)} at the latest${names}`];
  });
}
