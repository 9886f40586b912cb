import { Command, InvalidArgumentError, Option } from 'commander';
import { createRoleLook } from '../../functions/aws/role-last-used';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { roleArn } from '../../functions/core/config/registry';
import { after, DAY, latest } from '../../functions/core/duration';
import { KeyturnError } from '../../functions/core/errors';
import type { ImaginedKey } from '../../functions/core/forecast/imagined-key';
import { isReplacedInIam } from '../../functions/core/key/replaced';
import { currentKey } from '../../functions/core/key/secret-state';
import { MIGRATE_SCHEMA, type MigrateDocument } from '../documents/migrate';
import { EXIT, EXIT_CODES } from '../exit-code';
import { askedAgain } from '../exits/asked-again';
import { type Change, changesOf } from '../exits/change';
import { changeDocument } from '../exits/exit-document';
import { type ExitsOptions, type ReadExits, readExits } from '../exits/read-exits';
import type { Place } from '../exits/resources';
import { withExits } from '../exits/with-exits';
import { placesOf, twiceNamed } from '../migrate/places';
import { lookAtRoles, rolesOf } from '../migrate/roles';
import { type SeenRole, type Stage, stageOf } from '../migrate/stage';
import { type HowToWrite, replacedByText, WAYS, type Way, type Writing, writingsFor } from '../migrate/writing';
import { renderMigrate } from '../render/migrate';
import type { Terminal } from '../terminal';
import { wholeNumber } from '../whole-number';

interface Options extends ExitsOptions {
  readonly to: Way;
  readonly role?: readonly string[];
  readonly idleFor?: number;
  readonly cdk?: true;
  readonly json?: true;
}

/** `keyturn migrate`: the way of one key from its variables to none. */
export function migrateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withExits(
    new Command('migrate')
      .description(
        'Writes what moves the pipelines of a managed key to a role that they take themselves, or to credentials of a ' +
          'role from a provider; sees in CloudTrail how far they are, and writes in the end what retires the key for ' +
          'good. It deploys nothing and changes nothing: ask again after each step.',
      )
      .argument('<id>', 'the managed key')
      .addOption(
        new Option('--to <way>', 'what takes over: a role by OpenID Connect, or a provider of secrets')
          .choices(WAYS)
          .makeOptionMandatory(),
      )
      .option(
        '--role <arns>',
        'roles that take over, with commas between: one for all repositories or one for each (default: by the key)',
        arns,
      )
      .option(
        '--idle-for <days>',
        `days for which nobody must use the key before it goes (default: ${IDLE_FOR})`,
        wholeNumber,
      )
      .option('--cdk', 'write constructs in place of lines of keyturn.yaml')
      .option('--json', 'write one JSON document: dist/keyturn.migrate.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (id: string, options: Options) => {
      const document = await readExits([id], options, terminal, async (read, reading) => {
        reading.tell('Looking at the roles, and at who took them.');
        return migrateDocument(read, options);
      });
      const text = options.json ? JSON.stringify(document, undefined, 2) : renderMigrate(document, askedAgain(options));
      terminal.stdout.write(`${text}\n`);
      ended(exitCodeOf(document));
    });
}

/** As `replacedBy` has it where nothing is said, and at most. */
const IDLE_FOR = 30;
const LONGEST_IDLE = 365;

const HELP = `${EXIT_CODES}
Code 1 is for a key that something blocks; it is 3 when not all was read.

The stages: blocked, write, switch, unread, retire, waits, inactive, gone. A key
goes by its own entry ("replacedBy"), once nobody has used it for --idle-for
days and every role was used since; until then it is rotated and delivered.

Examples:
  keyturn migrate web-shop-production --to role --pipelines ip-ranges.json
  keyturn migrate web-shop-production --to provider --cdk
  keyturn migrate web-shop-production --to role \\
    --role arn:aws:iam::111122223333:role/deploy --json | jq -r .stage`;

function arns(text: string): readonly string[] {
  const all = text.split(',').map((arn) => arn.trim());
  if (all.every((arn) => roleArn.safeParse(arn).success)) return all;
  throw new InvalidArgumentError('expected ARNs of roles, such as arn:aws:iam::111122223333:role/deploy.');
}

function exitCodeOf({ stage, unread }: MigrateDocument): number {
  if (stage === 'blocked') return EXIT.problems;
  return unread.length > 0 ? EXIT.unreachable : EXIT.fine;
}

async function migrateDocument(read: ReadExits, options: Options): Promise<MigrateDocument> {
  const { document, exits, keys, place, until } = read;
  const [exit] = document.keys;
  const [seen] = exits;
  const key = keys.find(({ entry }) => entry.id === exit?.id);
  if (exit === undefined || seen === undefined || key === undefined) {
    const [why] = document.unread;
    throw new KeyturnError('invalid-request', why?.message ?? 'The key cannot be looked at.');
  }
  const { entry, secret } = key;
  const { to, cdk = false } = options;
  const hasPolicy = exit.policy !== undefined;
  const usual = changesOf(seen, place, hasPolicy);
  const named = namedRoles(options.role, entry, usual, place);
  const wanted = named ?? usual.map(({ roleArn }) => roleArn);
  const { found, unread: unseen } = await lookAtRoles(wanted, createRoleLook(read.config));
  // By its name there is one alone: whatever its path is, that is the role.
  const names = named ?? wanted.map((role) => found.get(role)?.arn ?? role);
  // Which of the entry's roles is whose nobody says.
  const changes = entry.replacedBy ? usual : changesOf(seen, place, hasPolicy, names);
  const idleFor = idleForOf(entry, options.idleFor);
  // Who reads the key's secret is a part of who uses it.
  const readBack = exit.readers && seen.readBack;
  const { roles, first, unread } = await rolesOf(read, to, { names, found: [...found.values()], changes, readBack });
  const stage = stageOf({
    roles,
    first,
    changes,
    // A provider gives credentials of a role here: the key is to end.
    blockers: exit.blockers.filter(({ blocks }) => blocks.includes('role')).length,
    readBack,
    isReplacing: entry.replacedBy !== undefined,
    replaced: replacedOf(key),
  });
  const used = currentUse(key);
  const days = entry.replacedBy?.idleFor ?? idleFor;
  const idle = used && after(used, days * DAY);
  // A role of a provider's is ready when it was given: its rule and its trust are not to be seen here.
  const isReady = ({ isThere, taken }: SeenRole) => isThere && (to === 'role' || taken.length > 0);
  const ready = new Set(roles.filter(isReady).map(({ role }) => role));
  const how = { way: to, cdk, hasPolicy, place, rolePath: seen.rolePath, ready };
  return {
    schema: MIGRATE_SCHEMA,
    account: document.account,
    region: document.region,
    at: document.at,
    since: document.since,
    id: entry.id,
    user: entry.user,
    to,
    stage,
    roles: roles.map(({ used: last, taken, ...role }) => ({
      ...role,
      used: last?.toISOString(),
      taken: taken.map(({ at, role: _role, ...step }) => ({ ...step, at: at.toISOString() })),
    })),
    places: changes.flatMap(({ held }) => [...placesOf(held)]).length,
    twiceNamed: twiceNamed(changes).map(([one, other]) => [one, other]),
    lastUsed: key.lastUsed.get(currentKey(secret)?.accessKeyId ?? '')?.at?.toISOString(),
    idleFor: days,
    notBefore: stage === 'waits' || stage === 'retire' ? idle && latest(idle, until).toISOString() : undefined,
    write: [...writeNow(stage, { changes, names, idleFor, how })],
    exit: { ...exit, changes: changes.map(changeDocument) },
    unread: [...document.unread, ...unseen, ...unread],
  };
}

/**
 * Those of the entry, where it has some.
 *
 * @throws KeyturnError `invalid-request` for roles elsewhere, for others than the entry's, and where nobody knows which role
 *   is whose
 */
function namedRoles(
  roles: readonly string[] | undefined,
  { id, replacedBy }: RegistryEntry,
  changes: readonly Change[],
  { partition, account }: Place,
): readonly string[] | undefined {
  const away = roles?.find((role) => !role.startsWith(`arn:${partition}:iam::${account}:`));
  if (away !== undefined) {
    const message = `Expected a --role of the key's own account, arn:${partition}:iam::${account}:role/…, found ${away}: whether another account's is there, and was used, nobody can see from here.`;
    throw new KeyturnError('invalid-request', message);
  }
  const other = replacedBy && roles?.find((role) => !replacedBy.roles.includes(role));
  if (other !== undefined) {
    const message = `Expected no --role but those of the replacedBy of "${id}", found ${other}: the key waits for its own alone.`;
    throw new KeyturnError('invalid-request', message);
  }
  if (replacedBy !== undefined) return replacedBy.roles;
  if (roles === undefined || roles.length === 1 || roles.length === changes.length) return roles;
  const whose = changes.map(({ repository }) => repository).join(', ');
  const message = `Expected one --role for all, or one for each in this order: ${whose}; found ${roles.length}.`;
  throw new KeyturnError('invalid-request', message);
}

function replacedOf({ entry, secret, keys }: ImaginedKey): 'Inactive' | 'gone' | undefined {
  if (!isReplacedInIam(entry, secret, keys)) return undefined;
  const current = currentKey(secret)?.accessKeyId;
  return keys.some(({ accessKeyId }) => accessKeyId === current) ? 'Inactive' : 'gone';
}

/** @throws KeyturnError `invalid-request` for more days than a rotation leaves */
function idleForOf({ policy, replacedBy }: RegistryEntry, asked: number | undefined): number {
  const most = Math.min(LONGEST_IDLE, policy.rotateAfter - 2);
  if (asked === undefined) return replacedBy?.idleFor ?? Math.min(IDLE_FOR, most);
  if (asked <= most) return asked;
  const message = `Expected an --idle-for of at most ${most} days, found ${asked}: each rotation makes a key that has not been idle yet.`;
  throw new KeyturnError('invalid-request', message);
}

/** Since when nobody has used the current key, for all that IAM shows. */
function currentUse({ secret, lastUsed }: ImaginedKey): Date | undefined {
  const current = currentKey(secret);
  return current && latest(current.createdAt, lastUsed.get(current.accessKeyId)?.at ?? current.createdAt);
}

interface WriteNow {
  readonly changes: readonly Change[];
  readonly names: readonly string[];
  readonly idleFor: number;
  readonly how: HowToWrite;
}

function writeNow(stage: Stage, { changes, names, idleFor, how }: WriteNow): readonly Writing[] {
  if (stage === 'write' || stage === 'switch') return writingsFor(changes, how);
  return stage === 'retire' ? [replacedByText(names, idleFor, how.cdk)] : [];
}
