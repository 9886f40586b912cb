import { createHash } from 'node:crypto';
import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type Config, type ConfigInput, configSchema, type KeyConfig } from '../../functions/core/config/config';
import { readConfigFile } from '../config/config-file';
import { describeIssue } from '../config/config-issue';
import { pathText, valueAt } from '../config/config-path';
import { Connection } from '../targets/connection';
import { DeliveryTarget } from '../targets/delivery-target';
import { Adopt } from './adopt';
import { Encryption } from './encryption';
import { FirstRotation } from './first-rotation';
import { KeyRotation } from './key-rotation';
import { ManagedKey } from './managed-key';
import { Trail } from './trail';

/** CloudFormation: 500 resources a stack. */
const RESOURCES_PER_STACK = 500;
/** What the engine takes with everything that can be turned on: 96, many subscriptions and many managed policies. */
const RESOURCES_OF_ENGINE = 140;

/** How many keys a stack of keys gets on average, so that the fullest one still has room. */
const KEYS_PER_STACK = 80;
const MOST_KEY_STACKS = 50;

/** What can be said about the stack beside its configuration. */
export interface KeyturnStackOptions extends StackProps {
  /**
   * Number of further stacks that the keys are spread over, each key by its ID. For configurations of more keys than one
   * stack has room for. Decide once: a key that moves to another stack collides with its own, retained secret.
   *
   * @default 0 - all keys are in this stack, which has room for about 120
   */
  readonly keyStacks?: number;
  /** Folder that holds the functions' bundles. @default - `dist/functions` of this package */
  readonly bundles?: string;
}

export interface KeyturnStackProps extends KeyturnStackOptions {
  /** The content of `keyturn.yaml`. */
  readonly config: ConfigInput;
}

/** Everything that `keyturn.yaml` describes. */
export class KeyturnStack extends Stack {
  /**
   * Reads the configuration from a file.
   *
   * @throws KeyturnError `invalid-config`, naming every mistake with its file, line and column.
   */
  static fromFile(scope: Construct, id: string, file: string, options: KeyturnStackOptions = {}): KeyturnStack {
    return new KeyturnStack(scope, id, { ...options, config: readConfigFile(file) });
  }

  constructor(scope: Construct, id: string, props: KeyturnStackProps) {
    super(scope, id, { description: 'Keyturn: rotates access keys and delivers them to CI pipelines', ...props });

    const parsed = configSchema.safeParse(props.config);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        const found = valueAt(props.config, issue.path);
        Annotations.of(this).addError(`${pathText(issue.path)}: ${describeIssue(issue, found)}`);
      }
      return;
    }
    const config = parsed.data;

    const rotation = new KeyRotation(this, 'KeyRotation', {
      policy: config.policy,
      notify: config.notify,
      schedule: config.schedule,
      trail: Trail.of(config.trail),
      encryption: Encryption.of(config.encryption),
      audit: config.audit,
      alarms: config.alarms,
      logRetentionDays: config.logRetentionDays,
      maxRotationsPerRun: config.maxRotationsPerRun,
      concurrency: config.concurrency,
      bundles: props.bundles,
    });
    this.manageAll(rotation, config, props);

    this.nameParts(rotation);
  }

  private nameParts({ topic, auditorPolicy, archive, _functions, _report }: KeyRotation): void {
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn, description: 'Findings, failures and alarms' });
    new CfnOutput(this, 'AuditorPolicyArn', {
      value: auditorPolicy.managedPolicyArn,
      description: 'Reads the evidence, and no secret value',
    });
    if (archive !== undefined) new CfnOutput(this, 'ArchiveBucketName', { value: archive.bucket.bucketName });
    for (const [name, fn] of Object.entries({ ..._functions, report: _report })) {
      if (fn === undefined) continue;
      const output = `${name.charAt(0).toUpperCase()}${name.slice(1)}FunctionName`;
      new CfnOutput(this, output, { value: fn.lambda.functionName });
    }
  }

  private manageAll(rotation: KeyRotation, config: Config, props: KeyturnStackProps): void {
    const connections = new Map(
      Object.entries(config.connections).map(([name, connection]) => [name, Connection._of(name, connection)]),
    );
    const scopeOf = this.keyScopes(rotation, props);
    const perScope = new Map<Construct, KeyConfig[]>();
    for (const key of config.keys) {
      const scope = scopeOf(key);
      perScope.set(scope, [...(perScope.get(scope) ?? []), key]);
    }
    for (const [scope, keys] of perScope) {
      if (!hasRoom(scope, keys, config.keys.length)) continue;
      for (const { id, policy, firstRotation, adopt, deliverTo, ...rest } of keys) {
        new ManagedKey(scope, id, {
          ...rest,
          rotation,
          policy,
          firstRotation: FirstRotation.of(firstRotation),
          adopt: Adopt.of(adopt),
          deliverTo: deliverTo.map((item) => DeliveryTarget._of(connections.get(item.connection ?? ''), item)),
        });
      }
    }
  }

  /** Which construct a key goes into; stacks come into being with their first key. */
  private keyScopes(rotation: KeyRotation, props: KeyturnStackProps): (key: KeyConfig) => Construct {
    const parent = this.node.scope;
    const { keyStacks = 0, config: _config, bundles: _bundles, stackName: _name, ...stackProps } = props;
    if (!Number.isInteger(keyStacks) || keyStacks < 0 || keyStacks > MOST_KEY_STACKS) {
      Annotations.of(this).addError(
        `keyStacks: expected a whole number from 0 to ${MOST_KEY_STACKS}, found ${keyStacks}; correct it`,
      );
      return () => rotation;
    }
    if (keyStacks === 0 || parent === undefined) return () => rotation;
    const stacks = new Map<number, Stack>();
    return ({ id }) => {
      const part = shardOf(id, keyStacks) + 1;
      const stack =
        stacks.get(part) ??
        new Stack(parent, `${this.node.id}Keys${part}`, {
          ...stackProps,
          description: `Keyturn: managed keys, part ${part} of ${keyStacks}`,
        });
      stacks.set(part, stack);
      return stack;
    };
  }
}

/** Whether the stack has room for these keys; otherwise the error says what to do. @param all keys of the configuration */
function hasRoom(scope: Construct, keys: readonly KeyConfig[], all: number): boolean {
  const ofKeys = keys.reduce((sum, { createUser }) => sum + (createUser ? 4 : 3), 0);
  const needed = ofKeys + (scope instanceof KeyRotation ? RESOURCES_OF_ENGINE : 0);
  if (needed <= RESOURCES_PER_STACK) return true;
  Annotations.of(scope).addError(
    `keys: ${keys.length} keys need up to ${needed} resources in one stack, and CloudFormation allows ` +
      `${RESOURCES_PER_STACK}. Spread the keys over stacks of their own, once for good: ` +
      `"keyStacks": ${Math.ceil(all / KEYS_PER_STACK)} in the context of cdk.json.`,
  );
  return false;
}

/** The same key is in the same stack, whatever other keys come and go. */
function shardOf(id: string, shards: number): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) % shards;
}
