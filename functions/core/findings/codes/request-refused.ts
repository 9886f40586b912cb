import type { Found, FoundOfAccessKey, FoundOfKey } from '../../lifecycle/found';
import type { NoSuchKey } from '../../lifecycle/leaked';
import type { RefusedAsObserved } from '../../lifecycle/observed';
import type { RotationLapsed } from '../../lifecycle/rotation-findings';
import { REGISTRY_PATH } from '../../names';
import { allOf, always, thisRun } from '../commands';
import type { Descriptor } from '../descriptor';

type RequestRefused =
  /** Nothing was done; the reason is the error's own words. */
  | Found<'request-refused', { readonly is: 'event'; readonly reason: string }>
  /** What else was asked for was done. */
  | FoundOfKey<'request-refused', { readonly is: 'no-key' }>
  /** One target could not be written once more, and is left as it was; the others were. */
  | FoundOfAccessKey<'request-refused', { readonly is: 'not-again'; readonly target: string; readonly reason: string }>
  | RefusedAsObserved
  | NoSuchKey
  | RotationLapsed;

export const requestRefused: Descriptor<RequestRefused> = {
  theme: "Keyturn's own runs",
  severity: 'attention',
  outcome: 'blocked',
  what: 'a request was refused',
  brokenNow: 'Nothing is broken, but what was asked for was not done.',
  message: ({ key, accessKeyId, facts }) => {
    switch (facts.is) {
      case 'event':
        return `The event that started this run was refused, and nothing was done. ${facts.reason}`;
      case 'no-key':
        return `"${key}" was asked for, but there is no managed key of that id that can be worked on. Nothing was done for it.`;
      case 'not-again':
        return (
          `Access key ${accessKeyId} of "${key}" was to be delivered once more. No node was restarted for that at ` +
          `${facts.reason} The key counts as delivered there, as it did before: cure that, and ask again.`
        );
      case 'observed':
        return (
          `"${key}" was asked for, but Keyturn only observes that key (mode: observe). Nothing was done for it. Give it ` +
          'mode: rotate in the configuration, deploy, and ask again.'
        );
      case 'no-access-key':
        return (
          `Access key ${accessKeyId} of "${key}" was said to have leaked, but its user ${facts.user} has no such key. ` +
          'Nothing was done for it. Look whether the ID is right.'
        );
      case 'lapsed':
        return (
          `A rotation of "${key}" was asked for at ${facts.askedAt.toISOString()}, and could not be done within a day. It is ` +
          'not tried any more: what stands in the way was told by the runs since. Ask again when it is out of the way.'
        );
    }
  },
  keyturn: { shows: 'status' },
  commands: allOf(
    always(
      'See the ids of the managed keys',
      (region) =>
        `aws ssm get-parameters-by-path --region ${region} --path ${REGISTRY_PATH} --query 'Parameters[].Name' --output text`,
    ),
    thisRun,
  ),
};
