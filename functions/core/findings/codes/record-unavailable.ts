import type { ErrorCode } from '../../errors';
import type { Found } from '../../lifecycle/found';
import { AUDIT_LOG_GROUP } from '../../names';
import { always } from '../commands';
import type { Descriptor } from '../descriptor';

type RecordUnavailable = Found<'record-unavailable', { readonly error: ErrorCode; readonly reason: string }>;

export const recordUnavailable: Descriptor<RecordUnavailable> = {
  theme: "Keyturn's own runs",
  severity: 'attention',
  partOfAlarm: 'record-incomplete',
  what: 'the audit record cannot be written',
  brokenNow: 'Nothing is broken for pipelines, but no key is deactivated or deleted without a record.',
  message: ({ facts: { error, reason } }) =>
    `The audit record could not be written (${error}). ${reason} The function's own log has the events.`,
  keyturn: { shows: 'doctor' },
  commands: always(
    'See whether the log group is there',
    (region) => `aws logs describe-log-groups --region ${region} --log-group-name-prefix ${AUDIT_LOG_GROUP}`,
  ),
};
