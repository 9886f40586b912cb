import type { AccessKey } from '../../core/key/access-key';
import type { Managed } from '../../core/lifecycle/managed';
import type { Step, StepNamed } from '../../core/lifecycle/steps';
import type { Run } from '../run';

/** What a step is done with, and for which managed key. */
export interface Work<Ports> {
  readonly ports: Ports;
  readonly run: Run;
  readonly managed: Managed;
  /** The user's keys as they were planned with, without those that the plan discards. @default - IAM was not asked */
  readonly keys?: readonly AccessKey[];
  /** Takes what can wait until all keys of the run are done. @default - it is done at once */
  readonly later?: Later;
}

/** Does what it is given when everything urgent is done; that must not throw. */
export type Later = (work: () => Promise<void>) => void;

/** Does one kind of step, and records what it did. @throws KeyturnError when it could not be done; the steps after it are not done then */
export type Doer<Name extends Step['do'], Ports, Outcome = void> = (
  step: StepNamed<Name>,
  work: Work<Ports>,
) => Promise<Outcome>;
