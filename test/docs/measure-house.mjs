// Measures the house, for docs/design/house.md: node test/docs/measure-house.mjs [folder of a checkout with its packages]
// Plain JavaScript, so that it can also measure a checkout that is older than itself.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(process.argv[2] ?? '.');

function output(command, ...args) {
  const { stdout, status, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error !== undefined || stdout === '') throw new Error(`${command} ${args.join(' ')}: ${error ?? status}`);
  return stdout;
}

/** What imports what in a folder, types included. */
function imports(folder, without) {
  const cruised = JSON.parse(
    output(
      'npx',
      'depcruise',
      '--no-config',
      '--ts-pre-compilation-deps',
      '--ts-config',
      'tsconfig.json',
      '-T',
      'json',
      folder,
    ),
  );
  const isRoom = (name) => name.startsWith(`${folder}/`) && !without.test(name);
  return new Map(
    cruised.modules
      .filter(({ source }) => isRoom(source))
      .map(({ source, dependencies }) => [
        source,
        [...new Set(dependencies.map(({ resolved: to }) => to).filter(isRoom))],
      ]),
  );
}

/** The floor of each room: one above the highest room that it imports. A circle stands on one floor. */
function floors(rooms) {
  const known = new Map();
  const floorOf = (room, above) => {
    if (known.has(room)) return known.get(room);
    if (above.includes(room)) return 0;
    const floor = 1 + Math.max(0, ...rooms.get(room).map((below) => floorOf(below, [...above, room])));
    known.set(room, floor);
    return floor;
  };
  for (const room of rooms.keys()) floorOf(room, []);
  return known;
}

const tracked = output('git', 'ls-files')
  .split('\n')
  .filter((file) => /\.(ts|tsx)$/.test(file) && existsSync(join(root, file)));
const lines = (pattern) =>
  tracked
    .filter((file) => pattern.test(file))
    .reduce((sum, file) => sum + readFileSync(join(root, file), 'utf8').split('\n').length - 1, 0);

const core = imports('functions/core', /\/report\//);
const floor = floors(core);
const planners = [...core.keys()].filter((room) => /\/plan-(rotation|deactivation|deletion|delivery)\.ts$/.test(room));
const siblings = planners.flatMap((room) => core.get(room).filter((to) => planners.includes(to)));

console.log(
  JSON.stringify(
    {
      core: {
        rooms: core.size,
        arrows: [...core.values()].flat().length,
        floors: Math.max(...floor.values()),
        planners: Object.fromEntries(planners.map((room) => [room.split('/').at(-1), floor.get(room)])),
        plannersThatImportAPlanner: siblings.length,
      },
      lines: {
        product: lines(/^(functions|infra|cli)\//),
        local: lines(/^local\/(?!test\/)/),
        tests: lines(/^(test|local\/test)\//),
      },
      filesThatNameBitbucket: tracked.filter(
        (file) => /^(functions|infra|cli)\//.test(file) && /bitbucket/i.test(readFileSync(join(root, file), 'utf8')),
      ).length,
    },
    undefined,
    2,
  ),
);
