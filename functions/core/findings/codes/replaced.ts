import type { UnprovedEnd } from '../../key/replaced';
import type { Replaced } from '../../lifecycle/replacement';
import { allOf, lastUse, listKeys } from '../commands';
import type { Descriptor } from '../descriptor';

export const replaced: Descriptor<Replaced> = {
  theme: 'A superseded key',
  severity: 'attention',
  outcome: 'held',
  what: 'a key was replaced by roles',
  brokenNow: 'Nothing is broken, as far as IAM knows: nobody used the key for the days that its entry says.',
  message: ({ key, accessKeyId, since, facts: { roles, isGone, places, unproved } }) =>
    `Key "${key}" was replaced by ${roles.join(', ')}: ${accessKeyId} ` +
    `${isGone ? 'went Inactive at' : 'is Inactive for good since'} ${since?.toISOString()}, ` +
    `${isGone ? 'is deleted, ' : ''}and is neither rotated nor delivered any more. ` +
    `${isGone ? cleanUp(key, places) : unproved === undefined ? wait(places) : stays(unproved)} ` +
    `If somebody needs a key after all, take "replacedBy" away and deploy: a new one is made and delivered.`,
  about: ({ accessKeyId, facts: { isGone, unproved } }) =>
    isGone || unproved === undefined ? [accessKeyId] : [accessKeyId, unproved],
  keyturn: { shows: 'status' },
  commands: allOf(listKeys, lastUse),
  recorded: ({ facts: { roles, since, isGone, unproved } }) => ({
    roles,
    since: since.toISOString(),
    isGone,
    ...(unproved === undefined ? {} : { unproved }),
  }),
};

/** What the record does not prove is not deleted. */
function stays(unproved: UnprovedEnd): string {
  return unproved === 'unknown'
    ? 'It is not deleted as long as the record cannot be read, which has to say that it goes: the next run tries again.'
    : 'It is not deleted, because the record does not go back to when it went: delete it yourself if nobody needs it.';
}

function wait(places: readonly string[]): string {
  const where = places.length === 0 ? '' : `, and at ${places.join(', ')} stands a key that works no more`;
  return `It is deleted after its days as Inactive${where}.`;
}

function cleanUp(key: string, places: readonly string[]): string {
  const variables = places.length === 0 ? '' : `delete its variables at ${places.join(', ')}, then `;
  return `What is left is yours: ${variables}take "${key}" out of the configuration, where the last one leaves "keys: []", and deploy.`;
}
