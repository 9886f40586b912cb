import { readFileSync } from 'node:fs';
import { expect, vi } from 'vitest';
import { goToLocalHosts } from '../../cli/rehearsal/local-hosts';
import { openServedWorld, type ServedWorld } from '../../cli/rehearsal/serve';
import type { ConfigInput } from '../../functions/core/config/config';
import { DAY, HOUR, MINUTE } from '../../functions/core/duration';
import type { FunctionName } from '../../functions/core/names';
import type { InputOf, Operations } from '../../local/account/account';
import type { AwsCall, ServiceName } from '../../local/account/principal';
import type { AwsFault } from '../../local/account/wire/server';
import type { BitbucketFault, BitbucketRequest } from '../../local/hosts/bitbucket/fault';
import { functionNameOf } from '../../local/stack/deployment';
import { type Typed, typed } from '../cli/typed';
import { synthesized } from '../support/deployed-world';

/** What the last lines of a mail name. */
export interface LastLines {
  readonly more: string;
  /** What is to be put for `KEY` or `CONNECTION` stands in it. */
  readonly cures: readonly string[];
}

interface Found {
  readonly code: string;
  readonly key: string | undefined;
}

/** What goes wrong, by a name of its own: each is asked for every call of a function, or every request to the CI host. */
interface Faults {
  readonly aws: Map<string, (call: AwsCall) => AwsFault | undefined>;
  readonly host: Map<string, (request: BitbucketRequest) => BitbucketFault | undefined>;
}

const RUNBOOKS = 'docs/operate/runbooks/';

/** The account of `npm start -- --serve`, what people are told there, and somebody who types what the mails name. */
export class ToldWorld {
  private constructor(
    readonly served: ServedWorld,
    /** What goes wrong now. */
    readonly faults: Faults,
  ) {}

  static async open(config: ConfigInput): Promise<ToldWorld> {
    const faults: Faults = { aws: new Map(), host: new Map() };
    const served = await openServedWorld({
      cdkOut: synthesized(config),
      seed: 'told',
      // Rotate's daily run is between here and what is planted, so that each key has one before it.
      now: Date.parse('2026-03-02T10:00:00Z'),
      world: {
        accountServer: { fault: (call) => (call.principal.kind === 'role' ? first(faults.aws, call) : undefined) },
        hosts: { bitbucket: { server: { fault: (request) => first(faults.host, request) } } },
      },
    });
    return new ToldWorld(served, faults);
  }

  get world() {
    return this.served.world;
  }

  get account() {
    return this.world.account;
  }

  get bitbucket() {
    return this.world.hosts.bitbucket;
  }

  get now(): number {
    return this.world.clock.now();
  }

  /** A person with an administrator's rights does something. */
  does<S extends ServiceName, A extends keyof Operations[S] & string>(
    service: S,
    action: A,
    input: InputOf<Operations[S][A]>,
  ) {
    const { account } = this;
    return account.invoke(account.authenticate(account.rootSession(), service), service, action, input);
  }

  tag(SecretId: string, Key: string, Value: string): void {
    this.does('secretsmanager', 'TagResource', { SecretId, Tags: [{ Key, Value }] });
  }

  /** The user's access keys, the oldest first. */
  keys(user: string) {
    const { iam } = this.account;
    const found = iam.users.all().find(({ name }) => name === user);
    if (found === undefined) return [];
    return [...iam.accessKeys.of(found)].sort((a, b) => Number(a.createdAt) - Number(b.createdAt));
  }

  current(user: string): string {
    return this.keys(user).at(-1)?.id ?? '';
  }

  oldest(user: string): string {
    return this.keys(user)[0]?.id ?? '';
  }

  passes(milliseconds: number): Promise<void> {
    return this.world.runUntil(new Date(this.now + milliseconds));
  }

  /** Time goes by until it is so many hours of a day (UTC) the next time. */
  untilHour(hour: number): Promise<void> {
    const instant = Math.floor(this.now / DAY) * DAY + hour * HOUR;
    return this.world.runUntil(new Date(instant > this.now ? instant : instant + DAY));
  }

  functionName(name: FunctionName | 'archive'): string {
    return functionNameOf(this.served.deployment, `${name}Function`);
  }

  /** A run that somebody, or something, starts. */
  async runs(name: FunctionName | 'archive', event: unknown = {}): Promise<void> {
    await this.world.invoke(this.functionName(name), event);
    await this.passes(MINUTE);
  }

  /** A connection's new token, with the rights that it should have. */
  token(workspace: string): string {
    return this.bitbucket.addAccessToken({ workspace, scopes: ['pipeline', 'pipeline:variable', 'repository'] });
  }

  /** Every finding that was recorded since. */
  found(since: number): readonly Found[] {
    return this.events(since, 'finding').map(({ reason = '', key }) => ({ code: reason, key }));
  }

  events(since: number, name: string): readonly { readonly reason?: string; readonly key?: string }[] {
    const { events } = this.account.logs.filterLogEvents({ logGroupName: '/keyturn/audit', startTime: since });
    return events.map(({ message }) => JSON.parse(message)).filter(({ event }) => event === name);
  }

  /** The text of every mail since; of an alarm its description. */
  mails(since = 0): readonly string[] {
    return this.account.sns.messages.filter(({ at }) => at >= since).map(({ message }) => textOf(message));
  }

  /** What a runbook names as its last lines, which are about an example there. */
  lastLinesOfRunbook(name: string, key: string, user: string): LastLines {
    const text = readFileSync(`${RUNBOOKS}${name}.md`, 'utf8')
      .replaceAll('web-shop-production', key)
      .replaceAll('AKIAIOSFODNN7EXAMPLE', this.current(user));
    const commands = [...text.slice(text.indexOf('<!-- keyturn:begin -->')).matchAll(/`(keyturn [^`]+)`/g)];
    const [more = '', ...cures] = commands.map(([, command = '']) => command);
    return { more, cures };
  }

  /**
   * What mails name as the last lines of a finding or an alarm.
   *
   * @param names key and connection of which one is to be named; where a mail tells of several, its cures name each
   */
  lastLines(name: string, names: readonly string[] = []): LastLines {
    return this.#lastLines(name, '(?<=^|\n|")', names);
  }

  /** Those of an alarm's mail. */
  lastLinesOfAlarm(name: string): LastLines {
    return this.#lastLines(name, '(?<=\\. )', []);
  }

  #lastLines(name: string, before: string, names: readonly string[]): LastLines {
    const lines = new RegExp(
      `${before}Runbook: ${RUNBOOKS}${name}\\.md"?\\n"?More: ([^"\\n]*)"?((?:\\nCure[^\\n:]*: [^\\n]*)*)`,
      'g',
    );
    const all = this.mails().flatMap((mail) => [...mail.matchAll(lines)]);
    const own = all.filter(([text]) => names.some((one) => hasWord(text, one))).at(-1) ?? all.at(-1);
    if (own === undefined) throw new Error(`No mail tells of ${name}: ${this.mails().map(firstLine).join('\n')}`);
    const [, more = '', cures = ''] = own;
    const named = [...cures.matchAll(/^Cure[^\n:]*: (.*)$/gm)].map(([, cure = '']) => cure);
    return {
      more,
      cures: names.length === 0 ? named : named.filter((cure) => names.some((one) => hasWord(cure, one))),
    };
  }

  /** A command as it stands there, with more words behind it. */
  async type(command: string, more: readonly string[] = [], stdin?: NodeJS.ReadableStream): Promise<Typed> {
    expect(command).toMatch(/^keyturn [\w@%+=:,./ -]+$/);
    const { addresses } = this.served;
    for (const [name, value] of Object.entries(addresses.environment)) vi.stubEnv(name, value);
    try {
      const localTime = async () => {
        await goToLocalHosts(process.env);
        return time;
      };
      const time = { now: () => new Date(this.now), sleep: (wait: number) => this.passes(wait) };
      return await typed([...command.split(' ').slice(1), ...more], {
        time,
        localTime,
        ...(stdin === undefined ? {} : { stdin }),
      });
    } finally {
      vi.unstubAllEnvs();
    }
  }

  async close(): Promise<void> {
    await this.served.close();
  }
}

function first<Asked, Answer>(
  all: ReadonlyMap<string, (asked: Asked) => Answer | undefined>,
  asked: Asked,
): Answer | undefined {
  for (const one of all.values()) {
    const answer = one(asked);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function textOf(message: string): string {
  try {
    const { AlarmDescription, NewStateValue } = JSON.parse(message);
    if (NewStateValue === 'ALARM') return AlarmDescription;
    return typeof NewStateValue === 'string' ? '' : message;
  } catch {
    return message;
  }
}

/** Whether a key's or a connection's name stands there, and not another one that begins or ends so. */
export function hasWord(text: string, name: string): boolean {
  return new RegExp(`(^|[^\\w-])${name}(?![\\w-])`).test(text);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
