import type { NotRolledBack } from '../../lifecycle/rollback';
import { TAG } from '../../names';
import { allOf, listKeys, ofSecret, thisRun } from '../commands';
import type { Descriptor } from '../descriptor';

export const notRolledBack: Descriptor<NotRolledBack> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  what: 'a key was not rolled back',
  brokenNow: 'Nothing is broken by it: the current key stays what it is. But what was asked for was not done.',
  message: ({ key, accessKeyId, facts: { is, askedAt } }) => {
    const at = askedAt.toISOString();
    switch (is) {
      case 'not-in-record':
        return (
          `Key "${key}": its secret's tag ${TAG.withdrawn} says that an administrator took ${accessKeyId} back at ${at}, and ` +
          'the sealed record has no such request. Nothing was done. Either the function that was asked died before it could ' +
          'say so: ask again with keyturn rollback. Or somebody else has written the tag: see who, in CloudTrail.'
        );
      case 'no-key-before':
        return (
          `Key "${key}": ${accessKeyId} was to be rolled back at ${at}, and IAM lists none of the keys that were stored ` +
          'before it any more. It stays current. If it must not be used, rotate the key: keyturn rotate.'
        );
      case 'lapsed':
        return (
          `Key "${key}": ${accessKeyId} was to be rolled back at ${at}, and that could not be done within a day. It is not ` +
          'tried any more: what stood in the way was told by the runs since. It is the current key, and is delivered again.'
        );
      case 'overtaken':
        return (
          `Key "${key}": ${accessKeyId} was to be rolled back at ${at}, and a younger key became current meanwhile. It is ` +
          'superseded like any other. See whether the younger one is right.'
        );
    }
  },
  keyturn: { shows: 'status' },
  commands: allOf(ofSecret('See the versions and tags of its secret', 'describe-secret'), listKeys, thisRun),
};
