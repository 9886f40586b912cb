import type { Targets } from '../account/ports';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import { systemOf } from '../core/hosts/target';

/**
 * Targets of a host that turned out to be down fail at once for the rest of the run: finding it out again for each key
 * would take the time of keys whose hosts are up (K11). So do those of a host that said until when it takes no more:
 * asking on would use up what is left for pairs that are torn (K1). One that failed for a reason of its own fails alone.
 * The next run asks again.
 */
export function failingFast(targets: Targets): Targets {
  const down = new Map<string, KeyturnError>();
  return {
    async open(config, connection) {
      const system = systemOf(config, connection);
      const place = JSON.stringify([system, config]);
      const remember = (error: KeyturnError): void => {
        const isBusy = error.code === 'rate-limited' && error.retryAt !== undefined;
        if (error.code === 'host-down' || isBusy) down.set(error.concerns === 'place' ? place : system, error);
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
