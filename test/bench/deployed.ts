import { rmSync } from 'node:fs';
import { FUNCTION_NAMES, type FunctionName } from '../../functions/core/names';
import { compilePattern, type EventMatcher } from '../../local/events/pattern';
import { readCloudAssembly } from '../../local/stack/cloud-assembly';
import { synthesized } from '../support/deployed-world';

/** A function as the synthesized stack has it. */
export interface DeployedFunction {
  readonly name: FunctionName;
  /** Folder of the built bundle. */
  readonly codeDirectory: string;
  readonly handler: string;
  readonly runtime: string;
  /** MB. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  /** Those variables whose values the template knows. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What the bench takes from the stack, so that it measures what is deployed and not what somebody wrote down here. */
export interface Deployed {
  readonly functions: Readonly<Record<FunctionName, DeployedFunction>>;
  /** Whether an event starts sync. */
  readonly startsSync: EventMatcher;
  close(): void;
}

/** Synthesizes a stack of one key. @throws Error when the template has no such function */
export function readDeployed(): Deployed {
  const folder = synthesized({
    connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
    keys: [
      {
        id: 'only',
        user: 'ci-only',
        deliverTo: [{ connection: 'acme', repository: 'acme/only', environment: 'Production' }],
      },
    ],
    notify: ['security@example.com'],
  });
  const { template, assets } = readCloudAssembly(folder);
  const found = (name: FunctionName): DeployedFunction => {
    const all = template.resources.filter(({ type, logicalId }) => {
      return type === 'AWS::Lambda::Function' && logicalId.toLowerCase().includes(name);
    });
    const [only] = all;
    if (only === undefined || all.length > 1) throw new Error(`Expected one ${name} function, found ${all.length}`);
    const { Code, Environment, Handler, Runtime, MemorySize, Timeout } = only.properties;
    const codeDirectory = assets.get(String(field(Code, 'S3Key')));
    if (codeDirectory === undefined) throw new Error(`The stack has no bundle of ${name}: npm run build`);
    const variables = Object.entries(object(field(Environment, 'Variables')));
    return {
      name,
      codeDirectory,
      handler: String(Handler),
      runtime: String(Runtime),
      memorySize: Number(MemorySize),
      timeout: Number(Timeout),
      environment: Object.fromEntries(
        variables.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
      ),
    };
  };
  const patterns = template.resources.flatMap(({ type, properties: { EventPattern } }) => {
    const isSecret = JSON.stringify(EventPattern ?? '').includes('aws.secretsmanager');
    return type === 'AWS::Events::Rule' && isSecret ? [compilePattern(plain(EventPattern))] : [];
  });
  return {
    functions: Object.fromEntries(FUNCTION_NAMES.map((name) => [name, found(name)])) as Deployed['functions'],
    startsSync: (event) => patterns.some((matches) => matches(event)),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A pattern without CloudFormation's functions: ARNs of this account's region become a prefix that is none. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.keys(value).some((key) => key.startsWith('Fn::') || key === 'Ref')) return 'arn:elsewhere';
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function field(value: unknown, name: string): unknown {
  return object(value)[name];
}
