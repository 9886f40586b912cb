import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LEVELS } from '../../functions/core/names';
import { mayAsk, tagsOf, VERBS, type Verb } from '../../functions/core/verbs';

const SECURITY = readFileSync('docs/design/security.md', 'utf8');
const said =
  SECURITY.split('\n\n').find((paragraph) => paragraph.startsWith("**Who takes over a front's code**")) ?? '';

it.each(LEVELS)("says what whoever takes over the code of the %s's front can write and start (K12)", (level) => {
  const verbs = Object.values<Verb>(VERBS).filter((verb) => mayAsk(level, verb));
  const starts = verbs.flatMap((verb) => verb.starts).map((name) => `\`${name}\``);
  for (const name of [...tagsOf(level).map((tag) => `\`${tag}\``), ...starts]) expect(said).toContain(name);
});
