import type { Targets } from '../account/ports';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import { systemOf } from '../core/hosts/target';

/**
 * Targets of a host that turned out to be down fail at once for the rest of the run: finding it out again for each key
 * would take the time of keys whose hosts are up (K11). One that failed for a reason of its own fails alone. The next run
 * asks again.
 */
export function failingFast(targets: Targets): Targets {
  const down = new Map<string, KeyturnError>();
  return {
    async open(config, connection) {
      const system = systemOf(config, connection);
      const place = JSON.stringify([system, config]);
      const remember = (error: KeyturnError): void => {
        if (error.code === 'host-down') down.set(error.concerns === 'place' ? place : system, error);
      };
      const unlessDown = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
        const known = down.get(system) ?? down.get(place);
        if (known !== undefined) throw known;
        return ask();
      };
      const guard = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
        try {
          return await unlessDown(ask);
        } catch (thrown) {
          const error = toKeyturnError(thrown);
          remember(error);
          throw error;
        }
      };
      const target = await guard(() => targets.open(config, connection));
      return {
        name: target.name,
        deliver: (...delivery) => guard(() => target.deliver(...delivery)),
        inspect: (wanted) => guard(() => target.inspect(wanted)),
        tryToWrite: () => guard(() => target.tryToWrite()),
        identify: (need) => (need === 'needed' ? guard : unlessDown)(() => target.identify(need)),
      };
    },
  };
}
