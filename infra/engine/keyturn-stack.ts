import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkConfig } from '../../functions/core/config/check-config';
import type { Config } from '../../functions/core/config/config';
import { describeIssue } from '../../functions/core/config/config-issue';
import { pathText, valueAt } from '../../functions/core/config/config-path';
import { settingsOf } from '../../functions/core/hosts/target';
import { type Level, OUTPUT_OF_URL } from '../../functions/core/names';
import { readConfigFile } from '../config/config-file';
import { RoleQueries } from '../evidence/saved-queries';
import { BitbucketOidcRole } from '../keyless/bitbucket-oidc-role';
import { SecretProvider } from '../keyless/secret-provider';
import { Connection } from '../targets/connection';
import { DeliveryTarget } from '../targets/delivery-target';
import { forwardExposures } from './exposed-forwarding';
import { KeyRotation } from './key-rotation';
import { insteadOfKeyStacks, keysByScope } from './key-stacks';
import { ManagedKey } from './managed-key';
import { COMPACT_TEMPLATE, hasRoom, watchTemplateSize } from './template-limits';
import { unresolved } from './unresolved';

/** What can be said about the stack beside its configuration. */
export interface KeyturnStackOptions extends StackProps {
  /**
   * Is refused: it moved keys out of the stack that has them.
   *
   * @deprecated `stack` on a key says which stack it is in
   */
  readonly keyStacks?: number;
  /** Folder that holds the functions' bundles. @default - `dist/functions` of this package */
  readonly bundles?: string;
}

export interface KeyturnStackProps extends KeyturnStackOptions {
  /** The content of `keyturn.yaml`. */
  readonly config: Record<string, unknown>;
  /** The same where it was checked already, as what a file holds was. @internal */
  readonly _checked?: Config;
}

/** Everything that `keyturn.yaml` describes. */
export class KeyturnStack extends Stack {
  /**
   * Reads the configuration from a file.
   *
   * @throws KeyturnError `invalid-config`, naming every mistake with its file, line and column.
   */
  static fromFile(scope: Construct, id: string, file: string, options: KeyturnStackOptions = {}): KeyturnStack {
    const { config, warnings } = readConfigFile(file);
    const stack = new KeyturnStack(scope, id, { ...options, config, _checked: config });
    for (const { code, line } of warnings) Annotations.of(stack).addWarningV2(`keyturn:${code}`, line);
    return stack;
  }

  constructor(scope: Construct, id: string, props: KeyturnStackProps) {
    super(scope, id, {
      description: 'Keyturn: rotates access keys and delivers them to CI pipelines',
      ...COMPACT_TEMPLATE,
      ...props,
    });

    const config = props._checked ?? this.check(props.config);
    if (config === undefined) return;
    if (props.keyStacks !== undefined) {
      Annotations.of(this).addError(insteadOfKeyStacks(config.keys, props.keyStacks, this.node.id));
      return;
    }

    const { keys, connections, roles = [], provider, ...settings } = config;
    const rotation = new KeyRotation(this, 'KeyRotation', { _checked: settings, bundles: props.bundles });
    const managed = this.manageAll(rotation, config, props);
    if (provider?.endpoint) SecretProvider._of(rotation, provider, managed);
    this.nameParts(rotation);
    makeRoles(this, roles, config.deployment.rolePath);
    this.exportToKeyStacks(rotation);
    if (config.exposed) forwardExposures(this, stackPropsOf(props), config.deployment.rolePath);
    watchTemplateSize(this);
  }

  /** Mistakes are reported at synthesis, all at once. */
  private check(input: Record<string, unknown>): Config | undefined {
    const checked = checkConfig(input);
    if (checked.issues === undefined) return this.isPlain(checked.config) ? checked.config : undefined;
    for (const issue of checked.issues) {
      const found = valueAt(input, issue.path);
      Annotations.of(this).addError(`${pathText(issue.path)}: ${describeIssue(issue, found)}`);
    }
    return undefined;
  }

  /** A configuration of code may hold what only the deployment knows; it can be a reader's ARN or a KMS key's, and no more. */
  private isPlain({ keys, connections, provider }: Config): boolean {
    const problems = [
      ...(provider?.endpoint ? unresolved(provider, 'provider') : []),
      ...keys.flatMap(({ readers: _readers, ...key }, index) => unresolved(key, `keys.${index}`)),
      ...Object.entries(connections).flatMap(([name, config]) => {
        const { encryptionKey: _encryptionKey, ...settings } = settingsOf(config);
        return unresolved(settings, `connections.${name}`);
      }),
    ];
    for (const problem of problems) Annotations.of(this).addError(problem);
    return problems.length === 0;
  }

  private nameParts({
    topic,
    auditorPolicy,
    archive,
    _functions,
    _report,
    _archive,
    _fronts,
    _breakGlass,
  }: KeyRotation): void {
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn, description: 'Findings, failures and alarms' });
    new CfnOutput(this, 'AuditorPolicyArn', {
      value: auditorPolicy.managedPolicyArn,
      description: 'Reads the evidence, and no secret value',
    });
    if (archive !== undefined) new CfnOutput(this, 'ArchiveBucketName', { value: archive.bucket.bucketName });
    for (const [name, fn] of Object.entries({ ..._functions, report: _report, archive: _archive })) {
      if (fn === undefined) continue;
      const output = `${name.charAt(0).toUpperCase()}${name.slice(1)}FunctionName`;
      new CfnOutput(this, output, { value: fn.lambda.functionName });
    }
    for (const [level, { url }] of Object.entries(_fronts ?? {})) {
      new CfnOutput(this, OUTPUT_OF_URL[level as Level], { value: url.url, description: `Where an ${level} asks` });
    }
    if (_breakGlass !== undefined) {
      new CfnOutput(this, 'BreakGlassRoleArn', {
        value: _breakGlass.role.roleArn,
        description: 'Taken on in an emergency',
      });
    }
  }

  /**
   * What stacks of keys import, exported whether or not there are any: the export must outlive the last key of such a
   * stack, which would otherwise have to be deleted before this one can be updated.
   */
  private exportToKeyStacks({ _roles, _encryption }: KeyRotation): void {
    for (const { roleArn } of Object.values(_roles)) this.exportValue(roleArn);
    if (_encryption !== undefined) this.exportValue(_encryption.key.keyArn);
  }

  private manageAll(
    rotation: KeyRotation,
    { keys: all, connections, exposed, roles, provider }: Config,
    props: KeyturnStackProps,
  ): ReadonlyMap<string, ManagedKey> {
    const managed = new Map<string, ManagedKey>();
    const known = new Map(Object.entries(connections).map(([name, config]) => [name, Connection._of(name, config)]));
    for (const [scope, keys] of keysByScope(all, rotation, stackPropsOf(props))) {
      if (!hasRoom(scope, keys, { exposed, roles, endpoint: provider?.endpoint === true })) continue;
      for (const key of keys) {
        const { id, user, readers } = key;
        const deliverTo = key.deliverTo.map((item) => DeliveryTarget._of(known.get(item.connection ?? ''), item));
        const _checked = { key, connections };
        managed.set(id, new ManagedKey(scope, id, { rotation, user, readers, deliverTo, _checked }));
      }
    }
    return managed;
  }
}

function makeRoles(stack: Stack, roles: NonNullable<Config['roles']>, path: string): void {
  if (roles.length === 0) return;
  const scope = new Construct(stack, 'Roles');
  for (const role of roles) BitbucketOidcRole._of(scope, role, path);
  new RoleQueries(scope, 'Queries');
}

/** What the other stacks of the deployment have in common with the main one. */
function stackPropsOf({
  config: _config,
  _checked,
  bundles: _bundles,
  stackName: _name,
  keyStacks: _keyStacks,
  ...stackProps
}: KeyturnStackProps): StackProps {
  return stackProps;
}
