import { expect, onTestFinished } from 'vitest';
import * as z from 'zod';
import { ALARM_NAMES, type AlarmName } from '../../functions/core/config/alarm-names';
import type { ConfigInput } from '../../functions/core/config/config';
import type { AwsCall, AwsFault } from '../../local/account/wire/server';
import type { BitbucketFault, BitbucketRequest } from '../../local/hosts/bitbucket/fault';
import { DeployedWorld, type DeployedWorldOptions, synthesized } from '../support/deployed-world';

/** The user of the one managed key. */
export const USER = 'ci-shop';
/** The secret with the token of its connection. */
export const TOKEN_SECRET = 'keyturn/connections/acme';
const RUNBOOKS = 'https://runbooks.example.com/keyturn/';

/** Rotated every five days, deactivated a day later, deleted another day later. */
const CONFIG: ConfigInput = {
  connections: { acme: { bitbucket: { secret: TOKEN_SECRET } } },
  policy: { rotateAfter: 5, deactivateAfter: 6, deleteAfter: 7, idleFor: 1, holdLimit: 1 },
  keys: [
    {
      id: 'shop',
      user: USER,
      deliverTo: [
        { connection: 'acme', repository: 'acme/shop', environment: 'Production', variables: { bundle: 'AWS_KEY' } },
      ],
    },
  ],
  notify: ['security@example.com'],
  alarms: { runbooks: RUNBOOKS },
};

/** When the key that the deployment makes is due, in days after it. */
export const DUE = 5;

const state = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
const alarmMessage = z.object({ AlarmDescription: z.string(), NewStateValue: state, OldStateValue: state });

interface WatchedLifeOptions extends Pick<DeployedWorldOptions, 'before' | 'onDeploy'> {
  readonly everyHour?: boolean;
}

/** Alarms of an endpoint of a provider. */
export const OF_ENDPOINT: readonly AlarmName[] = [
  'provider-failing',
  'provider-throttled',
  'provider-refusing',
  'token-reused',
];
const NOT_OF_EVERY_STACK: readonly AlarmName[] = ['archive', 'silent-archive', 'forwarding', ...OF_ENDPOINT];

/** Alarms of a stack without copies of the evidence, and without an endpoint of a provider. */
export const OF_EVERY_STACK = ALARM_NAMES.filter((name) => !NOT_OF_EVERY_STACK.includes(name));

/** A deployed key that lives fast, with faults that a test switches on and off, and with its alarms in sight. */
export class WatchedLife {
  /** Asked for every call of a function. */
  aws: ((call: AwsCall) => AwsFault | undefined) | undefined;
  /** Answers every request to the CI host, or is asked for each. */
  bitbucket: BitbucketFault | ((request: BitbucketRequest) => BitbucketFault | undefined) | undefined;
  readonly #worlds: DeployedWorld[] = [];

  hostFault(request: BitbucketRequest): BitbucketFault | undefined {
    return typeof this.bitbucket === 'function' ? this.bitbucket(request) : this.bitbucket;
  }

  /** Closed after the test. @param everyHour whether hourly runs that cannot find anything new take place all the same */
  static async start({ everyHour = false, ...options }: WatchedLifeOptions = {}): Promise<WatchedLife> {
    const life = new WatchedLife();
    const deployed = await DeployedWorld.open(synthesized(CONFIG), {
      ...options,
      world: {
        ...(everyHour ? { passOver: () => false } : {}),
        accountServer: { fault: (call) => (call.principal.kind === 'role' ? life.aws?.(call) : undefined) },
        hosts: { bitbucket: { server: { fault: (request) => life.hostFault(request) } } },
      },
    });
    onTestFinished(() => deployed.close());
    life.#worlds.push(deployed);
    return life;
  }

  get deployed(): DeployedWorld {
    const [deployed] = this.#worlds;
    if (deployed === undefined) throw new Error('The world is not there yet');
    return deployed;
  }

  /** Lives on until so many days, and hours, after the deployment. */
  until(days: number, hours = 0): Promise<void> {
    return this.deployed.until(days, hours);
  }

  /** Every alarm that has fired so far, in the order of their names' list. */
  get fired(): readonly AlarmName[] {
    const alarms = new Set(
      this.deployed.world.alarms
        .history()
        .filter(({ to }) => to === 'ALARM')
        .map(({ alarm }) => alarm),
    );
    return ALARM_NAMES.filter((name) => alarms.has(alarmName(name)));
  }

  /** Alarms that are not OK now. */
  get ringing(): readonly string[] {
    const alarms = this.deployed.world.alarms.list();
    expect(alarms.map(({ name }) => name).sort()).toEqual(OF_EVERY_STACK.map(alarmName).sort());
    return alarms.filter(({ state }) => state !== 'OK').map(({ name }) => name);
  }

  /**
   * The states of an alarm that the topic was told of, without the first OK of an alarm that was just made; each message
   * is checked for what it means and its runbook.
   */
  told(name: AlarmName): readonly string[] {
    const { world, deployment } = this.deployed;
    return world.account.sns.messages.flatMap(({ subject = '', message, topicArn }) => {
      if (!subject.includes(`"${alarmName(name)}"`)) return [];
      const { AlarmDescription, NewStateValue, OldStateValue } = alarmMessage.parse(JSON.parse(message));
      expect(deployment.topics).toEqual([topicArn]);
      expect(subject).toBe(`${NewStateValue}: "${alarmName(name)}" in EU (Ireland)`);
      expect(AlarmDescription).toMatch(new RegExp(`^[A-Z].{40,}\\. Runbook: ${RUNBOOKS}${name}\\.md\nMore: keyturn `));
      return NewStateValue === 'OK' && OldStateValue === 'INSUFFICIENT_DATA' ? [] : [NewStateValue];
    });
  }

  /** What a person does by mistake: the rules with such names start nothing any more. @returns how to undo it */
  disable(part: string): () => void {
    const { bus } = this.deployed.world;
    const rules = bus.rules.filter(({ name }) => name.includes(part));
    expect(rules.length, part).toBeGreaterThan(0);
    for (const rule of rules) bus.putRule({ ...rule, enabled: false });
    return () => {
      for (const rule of rules) bus.putRule(rule);
    };
  }
}

function alarmName(name: AlarmName): string {
  return `Keyturn-${name}`;
}
