import type { ErrorCode } from '../../errors';
import type { Found } from '../../lifecycle/found';
import { thisRun } from '../commands';
import type { Descriptor } from '../descriptor';
import { type FailedStep, failureMessage } from '../failed-step';

/** The whole run was stopped. */
type RunStopped = Found<'step-failed', { readonly is: 'stopped'; readonly error: ErrorCode; readonly reason: string }>;

export const stepFailed: Descriptor<FailedStep<'step-failed'> | RunStopped> = {
  theme: "Keyturn's own runs",
  severity: 'attention',
  what: 'a step failed',
  brokenNow: 'Nothing is broken: the keys from before stay as they are, and the next run tries again.',
  message: ({ key = '', facts }) =>
    facts.is === 'failed'
      ? failureMessage(key, facts)
      : `The whole run was stopped (${facts.error}). ${facts.reason} Lambda tries again; nothing is half-done.`,
  keyturn: { shows: 'status' },
  commands: thisRun,
};
