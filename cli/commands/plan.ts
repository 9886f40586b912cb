import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { imaginedDeployment } from '../../functions/account/imagined-deployment';
import { type Standing, type StandingPorts, stand } from '../../functions/account/standing';
import type { Survey } from '../../functions/account/survey';
import {
  POLICY_PRESETS,
  type Policy,
  type PolicyOverrides,
  policyOverridesSchema,
  policyProblems,
  policyWith,
} from '../../functions/core/config/policy';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { registryEntryOf } from '../../functions/core/config/registry-entry-of';
import { shortfallsOfKeys } from '../../functions/core/config/shortfalls';
import { KeyturnError } from '../../functions/core/errors';
import { described } from '../../functions/core/findings/described';
import { forecast } from '../../functions/core/forecast/forecast';
import { DEFAULT_MAX_ROTATIONS } from '../../functions/core/names';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { openAccount } from '../account';
import { readSoundConfig } from '../config-file';
import { foreseenDocument, obstacleDocument } from '../documents/foreseen';
import { PLAN_SCHEMA, type PlanDocument } from '../documents/plan';
import { EXIT, EXIT_CODES } from '../exit-code';
import { renderCalendar } from '../render/calendar';
import { renderPlan } from '../render/plan';
import { Reading } from '../render/reading';
import { assertWritable, writeWhole } from '../report-file';
import type { Terminal } from '../terminal';
import { wholeNumber } from '../whole-number';

interface PlanOptions extends AccessOptions {
  readonly config?: string;
  readonly days: number;
  readonly policy?: PolicyOverrides;
  readonly maxRotations?: number;
  readonly html?: string;
  readonly force?: true;
  readonly json?: true;
}

/** A key's life by default: what is made today is deleted by then. */
const USUAL_DAYS = 120;

/** `keyturn plan`: what will happen to which key on which day. */
export function planCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('plan')
      .description(
        'Says what will happen to which key on which day, from the account as it is. With --config or --policy it says ' +
          'what that deployment or that policy would do, and what it changes. It changes nothing.',
      )
      .option('--days <n>', 'how many days, today included', wholeNumber, USUAL_DAYS)
      .option('-c, --config <file>', 'as if this configuration were deployed now (default: what is deployed)')
      .option(
        '--policy <days>',
        'as if this were the policy of every key: standard, cis, or rotate=60,deactivate=70,delete=80,hold=5,idle=2',
        policyOf,
      )
      .option('--max-rotations <n>', 'rotations in one run (default: that of the file, or 25)', wholeNumber)
      .option('--html <file>', 'write it as a calendar too: one file, without a script, for a browser')
      .option('--force', 'replace the file of --html if it exists')
      .option('--json', 'write one JSON document: dist/keyturn.plan.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (options: PlanOptions) => {
      ended(await plan(options, terminal));
    });
}

const HELP = `
It takes for granted that AWS and the hosts answer, that deliveries succeed, and
that pipelines take up what is delivered. A key that is still in use when its
time comes is held: "in use: by" says to when.
${EXIT_CODES}
Code 1 is for what will stand in the way and needs a person.

Examples:
  keyturn plan
  keyturn plan --days 365 --html plan.html
  keyturn plan -c keyturn.yaml
  keyturn plan --policy cis
  keyturn plan --policy rotate=60,deactivate=70,delete=80 --json`;

async function plan(options: PlanOptions, terminal: Terminal): Promise<number> {
  const { html, force = false, json } = options;
  const { folder, stdout } = terminal;
  const place = { folder, force, option: '--html' };
  if (html !== undefined) assertWritable(html, place);
  const document = await planDocument(options, terminal);
  const path = html && writeWhole(html, renderCalendar(document), place);
  if (json) stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  else stdout.write(`${renderPlan(document)}${path ? `\n${pathToFileURL(path).href}` : ''}\n`);
  if (document.obstacles.some(({ severity }) => severity === 'attention')) return EXIT.problems;
  return document.unseen.length > 0 ? EXIT.unreachable : EXIT.fine;
}

async function planDocument(options: PlanOptions, terminal: Terminal): Promise<PlanDocument> {
  const { days, config: file, policy } = options;
  const config = file === undefined ? undefined : readSoundConfig(file, 'keyturn plan -c FILE', terminal);
  const access = accessOf(options);
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    const { accountId, region } = await reach(access);
    const ports = openAccount(access);
    const now = terminal.time.now();
    const maxRotations = options.maxRotations ?? config?.maxRotationsPerRun ?? DEFAULT_MAX_ROTATIONS;
    const foresee = async (from: StandingPorts) => {
      const { keys, unseen, survey } = await stand(from, {
        onKey: (done, of) => reading.count('Looking at the keys', done, of),
      });
      return { keys, unseen: [...unseen, ...unplanned(survey)], ...forecast({ keys, now, days, maxRotations }) };
    };
    reading.tell(`Reading the registry of ${accountId} in ${region}.`);
    const isChange = config !== undefined || policy !== undefined;
    const entries =
      config === undefined
        ? (await ports.registry.list()).entries
        : config.keys.map((key) => registryEntryOf(key, config.connections, config));
    const createdUsers = new Set(config?.keys.flatMap(({ user, createUser }) => (createUser ? [user] : [])));
    const planned = isChange
      ? imaginedDeployment(ports, { entries: entries.map((entry) => withPolicy(entry, policy)), createdUsers, now })
      : ports;
    const { keys, unseen, foreseen, obstacles } = await foresee(planned);
    const before = isChange ? (await foresee(ports)).foreseen.map(foreseenDocument) : undefined;
    return {
      schema: PLAN_SCHEMA,
      account: accountId,
      region,
      from: now.toISOString(),
      days,
      configuration: file ?? 'deployed',
      keys: keys.map(({ entry: { id, user, policy: days } }) => ({ id, user, policy: days })),
      foreseen: foreseen.map(foreseenDocument),
      obstacles: obstacles.map(obstacleDocument),
      before,
      shortfalls: shortfallsOfKeys(keys.map(({ entry }) => entry)),
      unseen: unseen.map(({ id, error: { code, message } }) => ({ id, code, message })),
    };
  } finally {
    reading.end();
  }
}

/** Entries that nothing can be said of: unreadable ones, and those whose secret is missing or could not be looked for. */
function unplanned({ problems }: Survey): Standing['unseen'] {
  return problems.flatMap((problem) => {
    if ('entry' in problem) return [{ id: problem.entry.id, error: problem.error }];
    const { code, key = 'the registry', message } = described(problem.finding);
    const isLost = code === 'invalid-entry' || code === 'secret-missing' || code === 'registry-lost';
    return isLost ? [{ id: key, error: new KeyturnError('invalid-entry', message) }] : [];
  });
}

/** @throws KeyturnError `invalid-request` when the policy is not sound for this key */
function withPolicy(entry: RegistryEntry, overrides: PolicyOverrides | undefined): RegistryEntry {
  if (overrides === undefined) return entry;
  const { rotateAfter, deactivateAfter, deleteAfter, holdLimit, idleFor } = entry.policy;
  const roomy = policyWith({ rotateAfter, deactivateAfter, deleteAfter }, overrides);
  const policy: Policy = {
    ...roomy,
    holdLimit: overrides.holdLimit ?? Math.min(holdLimit, roomy.holdLimit),
    idleFor: overrides.idleFor ?? Math.min(idleFor, roomy.idleFor),
  };
  const [problem] = policyProblems(policy);
  if (problem === undefined) return { ...entry, policy };
  throw new KeyturnError('invalid-request', `--policy, for key "${entry.id}": ${problem.message}`);
}

const NAMES: Readonly<Record<string, keyof Policy>> = {
  rotate: 'rotateAfter',
  deactivate: 'deactivateAfter',
  delete: 'deleteAfter',
  hold: 'holdLimit',
  idle: 'idleFor',
};

function policyOf(text: string): PolicyOverrides {
  const preset = Object.entries(POLICY_PRESETS).find(([name]) => name === text)?.[1];
  if (preset !== undefined) return preset;
  const overrides: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, name = '', days = ''] = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(part) ?? [];
    const field = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (field === undefined) {
      throw new InvalidArgumentError(
        `expected ${Object.keys(POLICY_PRESETS).join(', ')} or ${Object.keys(NAMES).join('=…, ')}=… in whole days, found "${part.trim()}".`,
      );
    }
    overrides[field] = Number(days);
  }
  const { success, data, error } = policyOverridesSchema.safeParse(overrides);
  if (success) return data;
  throw new InvalidArgumentError(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
