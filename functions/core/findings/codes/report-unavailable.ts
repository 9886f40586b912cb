import type { Found } from '../../lifecycle/found';
import { always } from '../commands';
import type { Descriptor } from '../descriptor';

type ReportUnavailable = Found<
  'report-unavailable',
  {
    readonly denied: boolean;
    /** The error's own words. @default - IAM did not finish it in time */
    readonly reason?: string | undefined;
    /** It was missing the day before too. */
    readonly again: boolean;
    /** Users that the run looked at in its place, and the keys whose users it did not get to. @default - it needed none */
    readonly looks?: { readonly looked: number; readonly left: readonly string[] } | undefined;
  }
>;

export const reportUnavailable: Descriptor<ReportUnavailable> = {
  theme: "Keyturn's own runs",
  severity: {
    usually: 'notice',
    but: 'attention when it was denied, and on a second day',
    of: ({ facts: { denied, again } }) => (denied || again ? 'attention' : 'notice'),
  },
  what: 'the IAM credential report cannot be read',
  brokenNow: 'Nothing is broken: keys that are due are handled, and rotate looks at every user by itself.',
  message: ({ facts: { reason = 'IAM did not finish it in time', again, looks } }) => {
    const when = again ? ', as on the day before' : '';
    return `The IAM credential report could not be read${when} (${reason}). Keys that are due are handled. ${insteadOf(looks)}`;
  },
  keyturn: { shows: 'status' },
  commands: always('See whether you can read it', () => 'aws iam get-credential-report --query GeneratedTime'),
  recorded: ({ facts: { looks } }) => (looks?.left[0] === undefined ? {} : { next: looks.left[0] }),
};

function insteadOf(looks: ReportUnavailable['facts']['looks']): string {
  if (looks === undefined) return 'What was changed by hand is seen by the next run that has a report.';
  const { looked, left } = looks;
  const rest =
    left.length === 0
      ? 'nothing that was changed by hand is missed.'
      : `${left.length} are left, and come first in the next run ("${left[0]}" before the others).`;
  return `In its place the users of ${looked} keys were looked at one by one: ${rest}`;
}
