import type { AuditEvent } from '../../core/audit';
import { LEVELS } from '../../core/names';

/**
 * Who asked for what an event tells, and why, in their words. Only of what a front tells did AWS say who it was; a function
 * that is invoked by hand has the word of whoever invoked it.
 */
export function whoAsked({ function: by, facts = {} }: AuditEvent): string | undefined {
  if ((LEVELS as readonly string[]).includes(by)) {
    const who = text(facts.by);
    return who && askedBy({ by: who, why: facts.why });
  }
  const said = text(facts.requestedBy);
  return said && `asked by "${said}" (not attested)${quoted(facts.requestedWhy)}`;
}

/** The same of what a front has told. */
export function askedBy({ by, why }: { readonly by: string; readonly why?: unknown }): string {
  return `asked by ${by} (attested by AWS)${quoted(why)}`;
}

function quoted(why: unknown): string {
  const words = text(why);
  return words === undefined ? '' : `: "${words}"`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
