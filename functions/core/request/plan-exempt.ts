import { daysBetween } from '../duration';
import { type Exemption, LONGEST_EXEMPTION } from '../key/exemption';
import { type PlanInput, planned, type Refused, type RequestFor, type RequestPlan } from './plan';

/** What an exemption, or its early end, means. */
export function planExempt(input: PlanInput<RequestFor<'exempt' | 'end-exemption'>>): RequestPlan | Refused {
  const { request, entry, exemption, caller, now } = input;
  const { id: key } = entry;
  if (request.do === 'end-exemption') {
    if (exemption === undefined) {
      return { refused: 'nothing-to-do', message: `Key "${key}" has no exception that is in force: nothing to end.` };
    }
    return planned(input, { tag: undefined }, [
      `The exception of key "${key}" ${standing(exemption)} ends now: from now on auditors judge it like any other key.`,
    ]);
  }
  const { until, approver, why } = request;
  const refused = refusedEnd(until, now);
  if (refused !== undefined) return refused;
  if (isTheSame(exemption, { until, saidApprover: approver, by: caller.arn, why })) {
    return { refused: 'nothing-to-do', message: `Key "${key}" is excepted in just this way already.` };
  }
  return planned(input, { tag: undefined }, [
    `Key "${key}" has an accepted exception until ${until.toISOString()}, for ${daysBetween(now, until)} days: what it misses by its age or its delivery is shown to auditors as accepted, and never as fine.`,
    `It holds the verdict, not the rotation: whatever is due is done. keyturn pause holds the rotation.`,
    `The approver is ${caller.arn}, as AWS says${approver === undefined ? '' : `; said beside it: "${approver}"`}.`,
    ...(exemption === undefined ? [] : [`The exception ${standing(exemption)} is replaced.`]),
  ]);
}

function isTheSame(exemption: Exemption | undefined, asked: Pick<Exemption, 'until' | 'saidApprover' | 'by' | 'why'>) {
  return (
    exemption !== undefined &&
    exemption.until.getTime() === asked.until.getTime() &&
    exemption.saidApprover === asked.saidApprover &&
    exemption.by === asked.by &&
    exemption.why === asked.why
  );
}

function refusedEnd(until: Date, now: Date): Refused | undefined {
  const lasts = until.getTime() - now.getTime();
  if (lasts <= 0) {
    const message = `until: ${until.toISOString()} has passed; expected an end that is still to come.`;
    return { refused: 'invalid-request', message };
  }
  if (lasts <= LONGEST_EXEMPTION) return undefined;
  const most = new Date(now.getTime() + LONGEST_EXEMPTION).toISOString();
  const message = `until: an exception lasts for 366 days at most, until ${most}. Somebody has to accept it anew then.`;
  return { refused: 'invalid-request', message };
}

/** The exception that there is, for people. */
function standing({ until, by, saidApprover, why }: Exemption): string {
  const said = saidApprover === undefined ? '' : `, said to be approved by "${saidApprover}"`;
  return `until ${until.toISOString()} by ${by}${said} ("${why}")`;
}
