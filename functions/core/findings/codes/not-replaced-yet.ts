import type { RoleUse } from '../../key/replaced';
import type { NotReplacedYet } from '../../lifecycle/replacement';
import { allOf, lastUse, whoUsesIt } from '../commands';
import type { Descriptor } from '../descriptor';
import { keyUsers } from '../key-users';
import { lastUseOf } from '../last-use';

export const notReplacedYet: Descriptor<NotReplacedYet> = {
  theme: 'Something stands in the way',
  severity: 'notice',
  outcome: 'held',
  what: 'a key waits to be replaced by roles',
  brokenNow: 'Nothing is broken: the key is rotated and delivered as before.',
  message: ({ key, accessKeyId, facts }) =>
    `Key "${key}" is to be replaced by ${facts.roles.join(', ')}: ${accessKeyId} goes for good when nobody has used it for ` +
    `${facts.idleFor} days, and what replaces it was used since. ${waits(facts)}`,
  keyturn: { shows: 'why' },
  commands: allOf(lastUse, whoUsesIt),
  recorded: ({ facts: { roles, waits: waitsFor } }) => ({ roles, waits: waitsFor }),
};

function waits({ waits: waitsFor, used, by, unused, notBefore }: NotReplacedYet['facts']): string {
  const when = used?.at === undefined ? 'Nobody has used it yet' : `It was used last ${lastUseOf(used)}`;
  switch (waitsFor) {
    case 'take-over':
      return 'It lies in the secret of the ID that it had before: its next rotation comes first.';
    case 'older-key':
      return 'Another key of its user has to be gone first, by its own dates.';
    case 'key':
      return `${when}: it stays until ${notBefore?.toISOString().slice(0, 10)} at least. Keyturn's own proofs count too.${keyUsers(by)}${unknownRoles(unused)}`;
    case 'roles':
      return `${when}, and ${unused.map(([role, use]) => `${role} ${roleUse(use)}`).join(', ')}: perhaps nothing has run since.`;
  }
}

function roleUse(used: RoleUse | undefined): string {
  if (used === undefined) return 'could not be looked at, or is not there';
  return used.at === undefined ? 'was never used' : `was used last ${used.at.toISOString()}, before that`;
}

/** A name that is wrong shows at once, and not when everything else is done. */
function unknownRoles(unused: NotReplacedYet['facts']['unused']): string {
  const unknown = unused.flatMap(([role, use]) => (use === undefined ? [role] : []));
  return unknown.length === 0 ? '' : ` ${unknown.join(', ')} ${roleUse(undefined)}.`;
}
