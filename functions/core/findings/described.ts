import type { AuditEvent } from '../audit';
import type { Found } from '../lifecycle/found';
import { cleaned } from '../outside-text';
import type { HeldBy } from './commands';
import { type BrokenNow, type Descriptor, type Severity, wordFor } from './descriptor';
import { FINDINGS, type Finding, type FindingCode } from './findings';
import type { KeyturnCommands } from './keyturn';

/** Characters: a thousand of them fit into Lambda's answer of 6 MB, as JSON and in any script. */
const LONGEST_MESSAGE = 1_500;

/** A finding in words: it names the key, the fact and the cure. */
export interface Described extends Omit<Found<FindingCode>, 'facts' | 'isObserved'> {
  readonly severity: Severity;
  /** What it is in a few words. */
  readonly what: string;
  readonly brokenNow: BrokenNow;
  readonly message: string;
  /** Its key waits because it is in use, something stands in its way, or a person has to act. */
  readonly outcome: AuditEvent['outcome'];
  /** What the record keeps of it for programs. */
  readonly recorded?: Readonly<Record<string, unknown>>;
  /** What lets nothing be done about it. @default - nothing */
  readonly heldBy?: HeldBy;
  /** What cures it. @default - what its descriptor says */
  readonly cures?: KeyturnCommands['cures'];
  /** What tells it from others of its code and key. @default - nothing */
  readonly about?: readonly string[];
  /** The functions that tell people of it. @default - whichever finds it */
  readonly toldBy?: readonly string[];
}

/** Ends the words about a key for which nothing is done. */
const OBSERVED = ' But the key is only observed (mode: observe): Keyturn does nothing about it.';

export function described(finding: Finding): Described {
  const { code, key, accessKeyId, user, since, connection, error } = finding;
  const descriptor: Descriptor<Finding> = FINDINGS[code];
  const severity = wordFor(descriptor.severity, finding);
  return {
    code,
    key,
    accessKeyId,
    user,
    since,
    connection,
    error,
    severity,
    what: cleaned(wordFor(descriptor.what, finding)),
    brokenNow: wordFor(descriptor.brokenNow, finding),
    message: `${cleaned(descriptor.message(finding), LONGEST_MESSAGE)}${finding.isObserved ? OBSERVED : ''}`,
    outcome: descriptor.outcome ?? (severity === 'attention' ? 'failed' : 'ok'),
    recorded: descriptor.recorded?.(finding),
    heldBy: descriptor.heldBy?.(finding),
    ...(descriptor.cures === undefined ? {} : { cures: descriptor.cures(finding) }),
    about: descriptor.about?.(finding),
    toldBy: descriptor.toldBy?.(finding),
  };
}
