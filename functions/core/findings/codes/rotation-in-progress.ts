import type { RotationInProgress } from '../../lifecycle/rotation-findings';
import { TAG } from '../../names';
import { allOf, listKeys, withoutTag } from '../commands';
import type { Descriptor } from '../descriptor';

export const rotationInProgress: Descriptor<RotationInProgress> = {
  theme: "Keyturn's own runs",
  severity: {
    usually: 'notice',
    but: 'attention when a person is needed',
    of: ({ facts }) =>
      facts.is === 'edited' || (facts.is === 'untraced' && facts.holdsUpRepair) ? 'attention' : 'notice',
  },
  outcome: 'blocked',
  what: 'a rotation has begun and not ended',
  brokenNow: 'Nothing is broken: the key is not rotated until it is known what that rotation left.',
  message,
  keyturn: { shows: 'status' },
  commands: allOf(listKeys, withoutTag('Go on, when no key is there that nobody knows', TAG.intent)),
};

function message({ key, facts }: RotationInProgress): string {
  switch (facts.is) {
    case 'edited':
      return (
        `Key "${key}": the tag ${TAG.intent} of ${facts.secret} was edited and names no run that began. Look for a key of ` +
        `${facts.user} that nobody knows, then remove the tag; until then the key is not rotated.`
      );
    case 'at-work':
      return (
        `Key "${key}": run ${facts.run} began a rotation at ${facts.began.toISOString()} and may still be at work. ` +
        'The next run looks again; an intent older than an hour is cleaned up.'
      );
    case 'untraced':
      return (
        `Key "${key}": run ${facts.run} began a rotation at ${facts.began.toISOString()} and may have left ` +
        `${facts.left.join(' and ')} behind. CloudTrail does not say yet who created it; the next run looks again.`
      );
  }
}
