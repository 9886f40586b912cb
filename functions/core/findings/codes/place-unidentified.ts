import type { FoundOfAccessKey } from '../../lifecycle/found';
import { allOf, auditEvents, replaceToken } from '../commands';
import type { Descriptor } from '../descriptor';

/** Whose a target's place is could be told once, and cannot any more: its name may pass to a stranger, and nobody sees it. */
export const placeUnidentified: Descriptor<
  FoundOfAccessKey<
    'place-unidentified',
    {
      readonly target: string;
      /** The right that the token needs, for people. @default - nobody knows */
      readonly needs: string | undefined;
    }
  >
> = {
  theme: 'Delivery',
  severity: 'attention',
  what: 'nobody can tell any more whose a target is',
  brokenNow: 'Nothing is broken: the key was delivered as before, to whoever has the name of the target now.',
  message: ({ key, accessKeyId, facts: { target, needs } }) =>
    `Key "${key}": ${accessKeyId} was delivered to ${target}, and nobody could tell whether that is still the place of ` +
    'before: the token may not read it any more. ' +
    `${needs === undefined ? 'Give it the right to read it' : `Give it ${needs}`}, or name the target by its IDs.`,
  keyturn: { shows: 'status', cures: 'connect' },
  commands: allOf(auditEvents('See whose the targets were', 'target-delivered'), replaceToken),
};
