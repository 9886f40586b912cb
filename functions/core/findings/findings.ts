import type { Found } from '../lifecycle/found';
import { breakerOpen } from './codes/breaker-open';
import { compromised } from './codes/compromised';
import { compromisedDisabled } from './codes/compromised-disabled';
import { compromisedUnproved } from './codes/compromised-unproved';
import { compromisedUses } from './codes/compromised-uses';
import { currentKeyInactive } from './codes/current-key-inactive';
import { currentKeyMissing } from './codes/current-key-missing';
import { deliveryFailed } from './codes/delivery-failed';
import { drifted } from './codes/drifted';
import { exposed } from './codes/exposed';
import { exposedUnmanaged } from './codes/exposed-unmanaged';
import { foreignKey } from './codes/foreign-key';
import { holdLimit } from './codes/hold-limit';
import { inUse } from './codes/in-use';
import { inactiveSinceUnknown } from './codes/inactive-since-unknown';
import { invalidEntry } from './codes/invalid-entry';
import { invalidPause } from './codes/invalid-pause';
import { keyPromoted } from './codes/key-promoted';
import { notAdopted } from './codes/not-adopted';
import { notDeployed } from './codes/not-deployed';
import { notReplacedYet } from './codes/not-replaced-yet';
import { notRolledBack } from './codes/not-rolled-back';
import { observed } from './codes/observed';
import { orphanDiscarded } from './codes/orphan-discarded';
import { outOfTime } from './codes/out-of-time';
import { paused } from './codes/paused';
import { placeReplaced } from './codes/place-replaced';
import { placeUnidentified } from './codes/place-unidentified';
import { proofFailed } from './codes/proof-failed';
import { quarantined } from './codes/quarantined';
import { reactivated } from './codes/reactivated';
import { recordUnavailable } from './codes/record-unavailable';
import { registryLost } from './codes/registry-lost';
import { replaced } from './codes/replaced';
import { reportUnavailable } from './codes/report-unavailable';
import { requestRefused } from './codes/request-refused';
import { rotationCap } from './codes/rotation-cap';
import { rotationInProgress } from './codes/rotation-in-progress';
import { secretEdited } from './codes/secret-edited';
import { secretMissing } from './codes/secret-missing';
import { settling } from './codes/settling';
import { stepFailed } from './codes/step-failed';
import { takingOver } from './codes/taking-over';
import { tokenExpires } from './codes/token-expires';
import { tokenRejected } from './codes/token-rejected';
import { tornPair } from './codes/torn-pair';
import { twoKeys } from './codes/two-keys';
import { unchecked } from './codes/unchecked';
import { undelivered } from './codes/undelivered';
import { unknownEvent } from './codes/unknown-event';
import { unmanagedSecret } from './codes/unmanaged-secret';
import { userChanged } from './codes/user-changed';
import { userMissing } from './codes/user-missing';
import { userSpelling } from './codes/user-spelling';
import { usersPath } from './codes/users-path';
import { withdrawn } from './codes/withdrawn';
import type { Descriptor } from './descriptor';

/**
 * What is known about each finding, by its code: one file a code. The order is that of seriousness: a message starts with
 * the first. Codes are stable, because runbooks, alarms and rules of others refer to them.
 */
export const FINDINGS = byCode({
  'user-missing': userMissing,
  'current-key-missing': currentKeyMissing,
  'current-key-inactive': currentKeyInactive,
  compromised,
  exposed,
  'exposed-unmanaged': exposedUnmanaged,
  'compromised-disabled': compromisedDisabled,
  'compromised-uses': compromisedUses,
  quarantined,
  'compromised-unproved': compromisedUnproved,
  'torn-pair': tornPair,
  'place-replaced': placeReplaced,
  'proof-failed': proofFailed,
  'hold-limit': holdLimit,
  'token-rejected': tokenRejected,
  'delivery-failed': deliveryFailed,
  drifted,
  'place-unidentified': placeUnidentified,
  'token-expires': tokenExpires,
  undelivered,
  unchecked,
  'breaker-open': breakerOpen,
  'secret-edited': secretEdited,
  'secret-missing': secretMissing,
  'not-deployed': notDeployed,
  'registry-lost': registryLost,
  'user-changed': userChanged,
  'not-adopted': notAdopted,
  'in-use': inUse,
  'user-spelling': userSpelling,
  'two-keys': twoKeys,
  'foreign-key': foreignKey,
  'users-path': usersPath,
  'record-unavailable': recordUnavailable,
  'step-failed': stepFailed,
  'not-rolled-back': notRolledBack,
  'request-refused': requestRefused,
  'invalid-entry': invalidEntry,
  'invalid-pause': invalidPause,
  replaced,
  reactivated,
  'key-promoted': keyPromoted,
  'rotation-in-progress': rotationInProgress,
  'rotation-cap': rotationCap,
  paused,
  observed,
  'report-unavailable': reportUnavailable,
  'out-of-time': outOfTime,
  'inactive-since-unknown': inactiveSinceUnknown,
  'orphan-discarded': orphanDiscarded,
  settling,
  'not-replaced-yet': notReplacedYet,
  'taking-over': takingOver,
  withdrawn,
  'unmanaged-secret': unmanagedSecret,
  'unknown-event': unknownEvent,
});

export type FindingCode = keyof typeof FINDINGS;

/** Something that was found: what has no descriptor, or other facts than its descriptor knows, does not compile. */
export type Finding = FoundBy<(typeof FINDINGS)[FindingCode]>;
type FoundBy<D> = D extends Descriptor<infer F> ? F : never;

export const FINDING_CODES = Object.keys(FINDINGS) as readonly FindingCode[];

/** Place of a code in the order of seriousness; 0 is the most serious. */
export function rankOf(code: FindingCode): number {
  return FINDING_CODES.indexOf(code);
}

/** Each descriptor under its own code. */
function byCode<const Map extends { readonly [Code in keyof Map & string]: Descriptor<Found<Code>> }>(map: Map): Map {
  return map;
}
