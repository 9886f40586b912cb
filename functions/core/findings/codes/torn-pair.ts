import type { TornPair } from '../../errors';
import { allOf, deliver, replaceToken } from '../commands';
import type { Descriptor } from '../descriptor';
import { type Refusal, type RefusedDelivery, TORN } from '../refused-delivery';

/** One half of a pair was written, the other was refused, and the first could not be put back. */
export const tornPair: Descriptor<RefusedDelivery<'torn-pair', Omit<Refusal, 'torn'> & TornPair>> = {
  theme: 'Delivery',
  severity: 'attention',
  alarm:
    'A target may hold half of each of two keys: a pipeline that starts there fails now. Both keys work. Keyturn tries again after one and after two minutes, and then every hour; the finding says what to set by hand.',
  what: 'a target may hold half of each of two keys',
  brokenNow: TORN,
  message: ({ key, accessKeyId, facts: { target, error, reason, variables, cure } }) =>
    `Key "${key}": ${accessKeyId} reached ${target} by half (${error}): ${variables.join(' and ')} may belong to two ` +
    `keys, of which each works. ${cure} ${reason}`,
  commands: allOf(replaceToken, deliver),
};
