import type { Found } from '../../lifecycle/found';
import { always } from '../commands';
import type { Descriptor } from '../descriptor';

type ReportUnavailable = Found<
  'report-unavailable',
  {
    readonly denied: boolean;
    /** The error's own words. @default - IAM did not finish it in time */
    readonly reason?: string;
  }
>;

export const reportUnavailable: Descriptor<ReportUnavailable> = {
  theme: "Keyturn's own runs",
  severity: {
    usually: 'notice',
    but: 'attention when it was denied',
    of: ({ facts: { denied } }) => (denied ? 'attention' : 'notice'),
  },
  what: 'the IAM credential report cannot be read',
  brokenNow: 'Nothing is broken: keys that are due are handled; changes made by hand are not seen.',
  message: ({ facts: { reason = 'IAM did not finish it in time' } }) =>
    `The IAM credential report could not be read (${reason}). Keys that are due are handled; changes made by hand are seen ` +
    'by the next run.',
  commands: always('See whether you can read it', () => 'aws iam get-credential-report --query GeneratedTime'),
};
