import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import * as z from 'zod';
import { ROOT } from './documents';

/** What a generated part of a document stands between. */
export const HOUSE_MARKERS = ['<!-- house:begin -->', '<!-- house:end -->'] as const;

const listSchema = z.union([z.string(), z.array(z.string())]).transform((paths) => [paths].flat());
const tableSchema = z.object({
  forbidden: z.array(
    z.object({
      name: z.string(),
      from: z.object({ path: listSchema.optional() }),
      to: z.object({ pathNot: listSchema.optional(), dependencyTypesNot: z.array(z.string()).optional() }),
    }),
  ),
});

/** The import table of the linter, whose rules say what a folder may import. */
function importTable(): z.infer<typeof tableSchema>['forbidden'] {
  return tableSchema.parse(createRequire(__filename)(join(ROOT, '.dependency-cruiser.cjs'))).forbidden;
}

const CORE = 'functions/core';
/** What is drawn as one room, though it is several folders or a file in each of them. */
const HANDLERS = 'handlers';
const USE_CASES = 'use cases';
/** Rooms that are not parts of `functions`. */
const BESIDE = ['infra', 'cli', 'local'];

/** Which room a source file is in; undefined for what stands beside the rooms, such as core's names and errors. */
function roomOf(file: string, useCases: ReadonlySet<string>): string | undefined {
  const [top = '', folder = '', inner = '', ...rest] = file.split('/');
  if (BESIDE.includes(top)) return file.startsWith('local/test/') ? undefined : top;
  if (top !== 'functions' || inner === '') return undefined;
  if (inner === 'handler.ts') return HANDLERS;
  if (folder === 'core') return rest.length === 0 ? undefined : `core/${inner}`;
  return useCases.has(folder) ? USE_CASES : folder;
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

function importsOf(file: string): readonly string[] {
  return [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\bfrom '(\.{1,2}\/[^']+)'/g)].map(([, path = '']) =>
    join(dirname(file), path),
  );
}

type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

/** Which room imports from which other one, by the import statements as they are; types included. */
export function arrowsBetweenRooms(): Arrows {
  const files = ['functions', ...BESIDE].flatMap(sourceFiles);
  const useCases = new Set(
    files
      .map((file) => /^functions\/([^/]+)\/\1\.ts$/.exec(file)?.[1] ?? '')
      .filter((name) => name !== '' && files.includes(`functions/${name}/handler.ts`) && name !== 'report'),
  );
  const arrows = new Map<string, Set<string>>();
  for (const file of files) {
    const from = roomOf(file, useCases);
    if (from === undefined) continue;
    const reached = arrows.get(from) ?? new Set<string>();
    arrows.set(from, reached);
    for (const path of importsOf(file)) {
      const to = roomOf(files.find((known) => known.replace(/\.tsx?$/, '') === path) ?? path, useCases);
      if (to !== undefined && to !== from) reached.add(to);
    }
  }
  return arrows;
}

function reaches(arrows: Arrows, from: string, to: string, without: string): boolean {
  const seen = new Set<string>([from]);
  const open = [...(arrows.get(from) ?? [])].filter((room) => room !== without);
  for (let room = open.pop(); room !== undefined; room = open.pop()) {
    if (room === to) return true;
    if (seen.has(room)) continue;
    seen.add(room);
    open.push(...(arrows.get(room) ?? []));
  }
  return false;
}

/** The arrows that do not follow from others: with all of them the picture is a thicket. */
function essential(arrows: Arrows): readonly (readonly [from: string, to: string])[] {
  return [...arrows.keys()]
    .sort()
    .flatMap((from) => [...(arrows.get(from) ?? [])].sort().map((to) => [from, to] as const))
    .filter(([from, to]) => !reaches(arrows, from, to, to));
}

const nodeOf = (room: string) => room.replace(/\W/g, '_');

function drawing(): readonly string[] {
  const arrows = arrowsBetweenRooms();
  const rooms = [...arrows.keys()].sort();
  const inCore = rooms.filter((room) => room.startsWith('core/'));
  const declare = (room: string) => `${nodeOf(room)}["${room}"]`;
  return [
    '```mermaid',
    'flowchart TD',
    `  subgraph core["${CORE}"]`,
    ...inCore.map((room) => `    ${declare(room)}`),
    '  end',
    ...rooms.filter((room) => !inCore.includes(room)).map((room) => `  ${declare(room)}`),
    ...essential(arrows).map(([from, to]) => `  ${nodeOf(from)} --> ${nodeOf(to)}`),
    '```',
  ];
}

/** A pattern of the table as people read it: a folder, a file, a package. */
function readable(pattern: string): string {
  const bare = pattern.replaceAll('\\', '');
  if (/(^|\^)\/?node_modules\/$/.test(bare)) return 'any package';
  const package_ = /^\/([^/].*?)(\/?)$/.exec(bare);
  if (package_ !== null) {
    const [, name = '', end = ''] = package_;
    return end === '/' && name !== '@aws-sdk' && name !== '@smithy' ? `\`${name}\`` : `\`${name}${end}*\``;
  }
  const path = bare
    .replace(/^\^/, '')
    .replace(/^(node:)?crypto\$?$/, 'node:crypto')
    .replace(/\(\?<![^)]*\)/g, '')
    .replace(/\(\?!([^)]*)\)$/, ' without $1')
    .replaceAll('[^/]+', '*')
    .replaceAll('[^/.]+', '<host>')
    .replaceAll('$1', '<host>')
    .replaceAll('$', '')
    .replace(/\(([^)|]*)\)/g, '$1')
    .replace(/\(([^)]*)\)/g, (_, inner: string) => `{${inner.replaceAll('|', ',')}}`);
  const [folder = '', without] = path.split(' without ');
  if (without === undefined) return `\`${folder}\``;
  return `\`${folder}\` without ${without.split('|').join(', ')}`;
}

function table(): readonly string[] {
  const rows = importTable().flatMap(({ from, to }) => {
    if (from.path === undefined || to.pathNot === undefined) return [];
    const folders = from.path.map(readable);
    const others = to.pathNot.map(readable).filter((path) => !folders.includes(path));
    const allowed = ['itself', ...new Set(others)];
    if (to.dependencyTypesNot?.includes('core') === true) allowed.push("Node's modules");
    return [`| ${folders.join(', ')} | ${allowed.join(', ')} |`];
  });
  return ['| folder | may import |', '| --- | --- |', ...rows];
}

/** The house as it is: which room stands on which by the import statements, and what each may import by the table. */
export function houseRegion(): string {
  return [...drawing(), '', ...table()].join('\n');
}
