import { formsOf } from '../../cli/rehearsal/witness/forms';

/** Something that was written somewhere. */
export interface Written {
  /** Such as `log of sync` or `SNS`. */
  readonly place: string;
  readonly text: string;
}

/** A secret that stands where it must not. Names it by its label: a report of a leak must not be one. */
export interface Leak {
  readonly place: string;
  readonly secret: string;
  readonly form: string;
  /** What stands before it. */
  readonly after: string;
}

/** Shorter texts would be found by chance. */
const SHORTEST = 12;

/**
 * Looks for every secret in every form in everything that was written.
 * @param secrets values by label
 */
export function hunt(written: readonly Written[], secrets: ReadonlyMap<string, string>): readonly Leak[] {
  const wanted = [...secrets].map(([label, secret]) => {
    if (secret.length < SHORTEST) throw new Error(`${label} is too short to be looked for`);
    return { label, forms: formsOf(secret) };
  });
  return written.flatMap(({ place, text }) =>
    wanted.flatMap(({ label, forms }) => {
      const hits = forms.map(({ name, text: form }) => ({ name, at: text.indexOf(form) })).filter(({ at }) => at >= 0);
      const [first] = hits.sort((a, b) => a.at - b.at);
      if (first === undefined) return [];
      return [{ place, secret: label, form: first.name, after: text.slice(Math.max(0, first.at - 60), first.at) }];
    }),
  );
}
