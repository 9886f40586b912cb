import { deliver } from '../commands';
import type { Descriptor } from '../descriptor';
import { type Refusal, type RefusedDelivery, refusalBreaks, refusalMessage } from '../refused-delivery';

export const deliveryFailed: Descriptor<RefusedDelivery<'delivery-failed', Refusal>> = {
  theme: 'Delivery',
  severity: 'attention',
  what: 'a delivery failed',
  brokenNow: refusalBreaks,
  message: refusalMessage,
  keyturn: { shows: 'status', cures: 'deliver' },
  commands: deliver,
};
