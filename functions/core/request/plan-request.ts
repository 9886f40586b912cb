import type { PlanInput, Refused, RequestPlan } from './plan';
import { refusedLevel } from './plan';
import { planCompromised } from './plan-compromised';
import { planDeliver } from './plan-deliver';
import { planExempt } from './plan-exempt';
import { planPause } from './plan-pause';
import { planRollback } from './plan-rollback';
import { planRotate } from './plan-rotate';
import { planVerify } from './plan-verify';

/** What a request comes to: one change and what it means, or why nothing is done. */
export function planRequest(input: PlanInput): RequestPlan | Refused {
  const refused = refusedLevel(input);
  if (refused !== undefined) return refused;
  const { request } = input;
  switch (request.do) {
    case 'pause':
    case 'resume':
      return planPause({ ...input, request });
    case 'rotate':
      return planRotate({ ...input, request });
    case 'compromised':
    case 'disable-first':
      return planCompromised({ ...input, request });
    case 'deliver':
      return planDeliver({ ...input, request });
    case 'verify':
      return planVerify({ ...input, request });
    case 'exempt':
    case 'end-exemption':
      return planExempt({ ...input, request });
    case 'rollback':
      return planRollback({ ...input, request });
  }
}
