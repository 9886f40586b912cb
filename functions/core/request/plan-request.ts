import type { PlanInput, Refused, RequestPlan } from './plan';
import { refusedLevel } from './plan';
import { planCompromised } from './plan-compromised';
import { planDeliver } from './plan-deliver';
import { planPause } from './plan-pause';
import { planRotate } from './plan-rotate';

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
  }
}
