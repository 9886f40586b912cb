import type { TornPair } from '../../errors';
import type { LeftTorn } from '../../lifecycle/left-torn';
import { allOf, deliver, letGo, replaceToken } from '../commands';
import type { Descriptor } from '../descriptor';
import { type Refusal, type RefusedDelivery, TORN } from '../refused-delivery';

type Torn = RefusedDelivery<'torn-pair', Omit<Refusal, 'torn'> & TornPair>;

/** One half of a pair was written, the other was refused, and the first could not be put back; or that was so, and nothing is delivered any more. */
export const tornPair: Descriptor<Torn | LeftTorn> = {
  theme: 'Delivery',
  severity: 'attention',
  alarm:
    'A target may hold half of each of two keys: a pipeline that starts there fails now. Both keys work. Keyturn tries again after one and after two minutes, and then every hour; the finding says what to set by hand.',
  what: 'a target may hold half of each of two keys',
  brokenNow: TORN,
  message: ({ key, accessKeyId, facts }) => {
    if ('is' in facts) return left(key, accessKeyId, facts);
    const { target, error, reason, variables, cure } = facts;
    return (
      `Key "${key}": ${accessKeyId} reached ${target} by half (${error}): ${variables.join(' and ')} may belong to two ` +
      `keys, of which each works. ${cure} ${reason}`
    );
  },
  heldBy: ({ facts }) => ('is' in facts ? facts.because : undefined),
  keyturn: { shows: 'status', cures: 'deliver' },
  commands: allOf(letGo, replaceToken, deliver),
};

const CURE: Readonly<Record<LeftTorn['facts']['because'], string>> = {
  paused: 'Nothing is delivered while the key is paused: end the pause',
  observed: 'Let the key rotate again (mode: rotate)',
};

function left(key: string, accessKeyId: string, { at, targets, because }: LeftTorn['facts']): string {
  const places = targets.length === 0 ? 'a place that is no target any more' : targets.join(' or ');
  return (
    `Key "${key}": on ${at.toISOString().slice(0, 10)} ${accessKeyId} reached ${places} by half, and no delivery has made ` +
    `it whole since. ${CURE[because]}, and the next delivery writes both halves; or set both there by hand, from the secret.`
  );
}
