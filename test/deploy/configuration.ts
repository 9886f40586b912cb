import type { ConfigInput } from '../../functions/core/config/config';

type KeyInput = NonNullable<ConfigInput['keys']>[number];

/** A managed key of the user of a pipeline's name, delivered to that pipeline. */
export function keyOf(name: string, more: Partial<KeyInput> = {}): KeyInput {
  const deliverTo = [{ connection: 'acme', repository: `acme/${name}`, environment: 'Production' }];
  return { id: name, user: name, deliverTo, ...more };
}
