import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS_REGION } from './checks';
import { COMMANDS_REGION } from './cli';
import { COST_REGION } from './cost';
import { ROOT, read } from './documents';
import { FINDING_REGIONS } from './findings';
import { GENERATED_FILES } from './generated-files';
import { HOUSE_MARKERS, houseRegion } from './house';
import type { GeneratedRegion } from './region';

/** Every part that is made from the code, one line each. */
export const GENERATED: readonly GeneratedRegion[] = [
  { document: 'docs/design/architecture.md', markers: HOUSE_MARKERS, make: houseRegion },
  ...FINDING_REGIONS,
  CHECKS_REGION,
  COMMANDS_REGION,
  COST_REGION,
];

/** A document with its region made again. @throws Error when a marker is missing */
export async function remade({ document, markers, make }: GeneratedRegion): Promise<string> {
  const [begin, end] = markers;
  const text = read(document);
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document} has no ${begin} and ${end}.`);
  return `${text.slice(0, from + begin.length)}\n\n${await make()}\n\n${text.slice(to)}`;
}

/** `npm run docs` */
async function main(): Promise<void> {
  for (const { file, make } of GENERATED_FILES) writeFileSync(join(ROOT, file), make());
  for (const region of GENERATED) writeFileSync(join(ROOT, region.document), await remade(region));
}

if (require.main === module) void main();
