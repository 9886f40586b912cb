import type { ResourceDrift } from '../account/cloud-formation';
import { type Random, randomUuid, seededRandom } from '../random';
import type { SynthesizedStack } from './cloud-assembly';
import { inOrderOfDependency } from './dependencies';
import type { Deployment } from './deployment';
import { describeDeployment } from './describe-deployment';
import { driftOf } from './drift';
import { Intrinsics, NO_VALUE } from './intrinsics';
import { assertParameters, parameterValue } from './parameters';
import { isObject, Properties } from './properties';
import { type ResourceChange, recordedCalls } from './recorded-calls';
import type { Physical, ResourceInput, Services, StackResource } from './resource';
import { resourceType } from './resources/resource-types';
import type { Template, TemplateResource } from './template';

const NAME_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A CloudFormation stack in the local account. */
export class Stack {
  readonly stackId: string;
  /** What it imports from other stacks, by name. */
  readonly imports = new Set<string>();
  #resources = new Map<string, StackResource>();
  #isDeployed = false;
  #parameters: Readonly<Record<string, string>> = {};
  readonly #eventIds: Random;
  /** Counts the deployments that have let something go: what is made anew later gets another name. */
  #lettingsGo = 0;

  constructor(
    private readonly services: Services,
    readonly stackName: string,
    /** How many stacks of this name there were before. */
    before = 0,
  ) {
    const uuid = randomUuid(seededRandom(`stack/${stackName}${before === 0 ? '' : `/${before}`}`));
    this.stackId = this.#arn('cloudformation', `stack/${stackName}/${uuid}`);
    this.#eventIds = seededRandom(`calls/${stackName}`);
  }

  /**
   * Makes what the template declares, changes what is there already, and takes away what it does not declare any more.
   * Nothing is rolled back. The event bus hears of its calls. @throws Error that names the resource; the template is checked as far as possible before.
   */
  async deploy(synthesized: SynthesizedStack): Promise<Deployment> {
    const { template, assets } = synthesized;
    this.#parameters = synthesized.parameters ?? {};
    assertParameters(template, this.#parameters);
    this.imports.clear();
    const known = this.#resources;
    const current = new Map<string, StackResource>();
    const intrinsics = this.#intrinsics(template, current);
    // The one rule of a cloud assembly asks for the CDK's bootstrap, which nothing here needs.
    if (synthesized.parameters !== undefined) intrinsics.assertRules(template.rules);
    const declared = template.resources.filter(
      ({ condition }) => condition === undefined || intrinsics.holds(condition),
    );
    for (const { type, logicalId } of declared) resourceType(type, logicalId);
    const changes: ResourceChange[] = [];
    for (const resource of inOrderOfDependency(declared)) {
      const previous = known.get(resource.logicalId);
      const unchanged = previous?.declared.type === resource.type ? previous.physical : undefined;
      const physical = await this.#make(resource, intrinsics, unchanged, assets);
      const resolved = intrinsics.resolve(resource.properties);
      const properties = isObject(resolved) ? resolved : {};
      current.set(resource.logicalId, { declared: resource, physical, properties });
      changes.push({
        type: resource.type,
        change: unchanged === undefined ? 'created' : 'updated',
        properties,
        physical,
      });
    }
    for (const [logicalId, { declared: gone, physical }] of [...known].reverse()) {
      if (current.has(logicalId)) continue;
      if (!gone.isRetained) await physical.remove?.();
      physical.leave?.();
    }
    if ([...known.keys()].some((logicalId) => !current.has(logicalId))) this.#lettingsGo += 1;
    this.#resources = current;
    this.#record(changes);
    const status = this.#isDeployed ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE';
    this.#isDeployed = true;
    const outputs = this.#outputs(template, intrinsics);
    this.#keep(synthesized, status, outputs, intrinsics);
    return describeDeployment(this.services, [...current.values()], {
      stackName: this.stackName,
      stackId: this.stackId,
      status,
      outputs,
    });
  }

  /** How what it made differs by now from what its template says. */
  drift(): readonly ResourceDrift[] {
    return driftOf(this.services, [...this.#resources.values()]);
  }

  /**
   * Takes away what it made, in the opposite order; what is retained stays, and is no stack's any more. What cannot be
   * taken away stays the stack's.
   *
   * @returns why resources are left, by logical ID
   */
  async delete(): Promise<ReadonlyMap<string, string>> {
    const left = new Map<string, string>();
    for (const [logicalId, { declared, physical }] of [...this.#resources].reverse()) {
      try {
        if (!declared.isRetained) await physical.remove?.();
        physical.leave?.();
        this.#resources.delete(logicalId);
      } catch (error) {
        left.set(logicalId, error instanceof Error ? error.message : String(error));
      }
    }
    return left;
  }

  #record(changes: readonly ResourceChange[]): void {
    const { account, bus } = this.services;
    const { accountId, region, clock } = account;
    const by = { accountId, region, at: clock.now(), random: this.#eventIds };
    for (const event of recordedCalls(changes, by)) bus.publish(event);
  }

  /** Tells CloudFormation's own service, for whoever looks at stacks. */
  #keep(
    { template, body, tags, terminationProtection }: SynthesizedStack,
    StackStatus: Deployment['status'],
    outputs: Readonly<Record<string, string>>,
    intrinsics: Intrinsics,
  ): void {
    const { cloudFormation, clock } = this.services.account;
    const resources = [...this.#resources].map(([LogicalResourceId, { declared, physical }]) => {
      return { LogicalResourceId, PhysicalResourceId: physical.ref, ResourceType: declared.type };
    });
    const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => {
      const { Description, Export } = template.outputs[OutputKey] ?? {};
      const ExportName = isObject(Export) ? String(intrinsics.resolve(Export.Name)) : undefined;
      return {
        OutputKey,
        OutputValue,
        ExportName,
        Description: typeof Description === 'string' ? Description : undefined,
      };
    });
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const named = { StackName: this.stackName, StackId: this.stackId, StackStatus, Description: template.description };
    const stack = { ...named, Outputs, Tags, EnableTerminationProtection: terminationProtection, template: body };
    cloudFormation.keep(stack, resources, clock.now());
  }

  #outputs(template: Template, intrinsics: Intrinsics): Record<string, string> {
    const outputs: Record<string, string> = {};
    for (const [name, { Value, Export, Condition }] of Object.entries(template.outputs)) {
      if (typeof Condition === 'string' && !intrinsics.holds(Condition)) continue;
      const value = String(intrinsics.resolve(Value));
      outputs[name] = value;
      if (isObject(Export)) this.services.exports.set(String(intrinsics.resolve(Export.Name)), value);
    }
    return outputs;
  }

  async #make(
    resource: TemplateResource,
    intrinsics: Intrinsics,
    previous: Physical | undefined,
    assets: ReadonlyMap<string, string>,
  ): Promise<Physical> {
    const { logicalId, type } = resource;
    try {
      const resolved = intrinsics.resolve(resource.properties);
      const input: ResourceInput = {
        logicalId,
        properties: new Properties(isObject(resolved) ? resolved : {}, `${logicalId}.Properties`),
        services: this.services,
        previous,
        generatedName: (longest) => this.#generatedName(logicalId, longest),
        systemTags: this.#systemTags(logicalId),
        arn: (service, rest) => this.#arn(service, rest),
        assetDirectory: (key) => {
          const directory = assets.get(key);
          if (directory === undefined) throw new Error(`The assets have no ${key}`);
          return directory;
        },
      };
      return await resourceType(type, logicalId)(input);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The resource ${logicalId} (${type}) could not be deployed: ${reason}`, { cause });
    }
  }

  #systemTags(logicalId: string) {
    const tags = { 'stack-name': this.stackName, 'stack-id': this.stackId, 'logical-id': logicalId };
    return Object.entries(tags).map(([name, Value]) => ({ Key: `aws:cloudformation:${name}`, Value }));
  }

  #intrinsics(template: Template, current: ReadonlyMap<string, StackResource>): Intrinsics {
    return new Intrinsics(template, {
      ref: (name) => this.#pseudoParameter(name) ?? this.#parameter(template, name) ?? current.get(name)?.physical.ref,
      attribute: (logicalId, attribute) => {
        const value = current.get(logicalId)?.physical.attributes[attribute];
        if (value === undefined) throw new Error(`Fn::GetAtt finds no ${logicalId}.${attribute}`);
        return value;
      },
      imported: (name) => {
        this.imports.add(name);
        return this.services.exports.get(name);
      },
    });
  }

  #pseudoParameter(name: string): unknown {
    const { accountId, region } = this.services.account;
    const values: Readonly<Record<string, unknown>> = {
      'AWS::AccountId': accountId,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.stackName,
      'AWS::StackId': this.stackId,
      'AWS::NotificationARNs': [],
      'AWS::NoValue': NO_VALUE,
    };
    return values[name];
  }

  /** What was given for a template's parameter, or its default; one that stands for an SSM parameter is looked up. */
  #parameter({ parameters }: Template, name: string): unknown {
    const declared = parameters[name];
    if (declared === undefined) return undefined;
    const value = parameterValue(name, declared, this.#parameters[name]);
    const { Type } = declared;
    if (typeof Type !== 'string' || !Type.startsWith('AWS::SSM::Parameter::Value')) return value;
    return this.services.account.ssm.getParameter({ Name: String(value) }).Parameter.Value;
  }

  #generatedName(logicalId: string, longest: number): string {
    const again = this.#lettingsGo === 0 ? '' : `/${this.#lettingsGo}`;
    const random = seededRandom(`${this.stackId}/${logicalId}${again}`);
    const suffix = Array.from({ length: 12 }, () => NAME_ALPHABET[Math.floor(random() * NAME_ALPHABET.length)]).join(
      '',
    );
    return `${`${this.stackName}-${logicalId}`.slice(0, longest - 13)}-${suffix}`;
  }

  #arn(service: string, rest: string): string {
    const { accountId, region } = this.services.account;
    return `arn:aws:${service}:${region}:${accountId}:${rest}`;
  }
}
