import type { EarlierCredentials } from '../../account/ports';
import type { AuditEvent } from '../../core/audit';
import { toKeyturnError } from '../../core/errors';
import type { RestartEnd } from '../../core/hosts/data-center';
import type { Work } from './doer';

type About = Pick<AuditEvent, 'accessKeyId' | 'version' | 'target'>;

/**
 * Puts into the record what became of each restart, as soon as this run knows it. Of what was over before it has begun, an
 * earlier run may have told, or died with it: only what the record lacks is told then. Where it cannot be read, or does not
 * show yet what was written a moment ago, a restart is told twice, under the same command, rather than never (K7).
 */
export function tellingRestarts({ run, managed: { entry } }: Work<unknown>, about: About): EarlierCredentials['ended'] {
  let told: Set<string> | undefined;
  return async (ends) => {
    told ??= new Set(await toldBefore(run, ends));
    const before = told.size;
    for (const { error, ...facts } of ends) {
      const name = nameOf(facts);
      if (facts.command !== undefined && told.has(name)) continue;
      told.add(name);
      const outcome = facts.came === 'confirmed' ? 'ok' : 'failed';
      const message = error?.message ?? `${facts.node}: ${facts.status}, by command ${facts.command}`;
      run.audit('restart-ended', entry, { ...about, outcome, code: error?.code, message, facts });
    }
    // The next node takes minutes, and somebody may be watching.
    if (told.size > before) await run.beforeGiving();
  };
}

async function toldBefore(run: Work<unknown>['run'], [first]: readonly RestartEnd[]): Promise<readonly string[]> {
  if (first === undefined) return [];
  try {
    const events = await run.recorded(first.sentAt, 'restart-ended', undefined, run.function);
    return events.map(({ facts = {} }) => nameOf(facts));
  } catch (thrown) {
    run.log.warn('restarts may be told twice', { code: toKeyturnError(thrown).code });
    return [];
  }
}

/** One command may have been sent to several nodes. */
function nameOf({ node, command }: { readonly node?: unknown; readonly command?: unknown }): string {
  return `${command} ${node}`;
}
