import { performable } from '../../core/lifecycle/observed';
import type { Step } from '../../core/lifecycle/steps';
import { checkVersion } from './check-version';
import { clearIntent } from './clear-intent';
import { deactivateKey } from './deactivate-key';
import { deleteKey } from './delete-key';
import { deliverVersion } from './deliver-version';
import { discardOrphan } from './discard-key';
import type { Doer, Work } from './doer';
import { promoteKey } from './promote-key';
import { reactivateKey } from './reactivate-key';
import {
  clearRecord,
  recordDrift,
  recordFormerUsers,
  recordHold,
  recordInactive,
  recordReactivation,
  recordTakeOver,
} from './records';
import { removeLabel } from './remove-label';
import { rotateKey } from './rotate-key';

/** One doer a step, for the compiler to demand. */
const DOERS = {
  'discard-orphan': discardOrphan,
  'clear-intent': clearIntent,
  rotate: rotateKey,
  reactivate: reactivateKey,
  promote: promoteKey,
  deactivate: deactivateKey,
  delete: deleteKey,
  deliver: deliverVersion,
  check: checkVersion,
  'record-hold': recordHold,
  'record-drift': recordDrift,
  'record-reactivation': recordReactivation,
  'record-inactive': recordInactive,
  'record-take-over': recordTakeOver,
  'record-former-users': recordFormerUsers,
  'clear-record': clearRecord,
  'remove-label': removeLabel,
} satisfies { readonly [Name in Step['do']]: Doer<Name, never, unknown> };

/** All that the doers of these steps need: whoever lacks a port cannot run them. */
type PortsOf<Name extends Step['do']> = Both<Parameters<(typeof DOERS)[Name]>[1]['ports']>;
type Both<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Does a plan's steps in their order, and none for a key that is only observed. @throws KeyturnError of the first that failed */
export async function perform<Each extends Step>(
  steps: readonly Each[],
  work: Work<PortsOf<Each['do']>>,
): Promise<void> {
  for (const step of performable(work.managed.entry, steps)) {
    // The map has for each name the doer of that step; that the two belong together is more than the compiler follows.
    const doer = DOERS[step.do] as (step: Each, work: Work<PortsOf<Each['do']>>) => Promise<unknown>;
    await doer(step, work);
  }
}
