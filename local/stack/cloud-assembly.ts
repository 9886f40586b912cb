import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from './properties';
import { readTemplate, type Template } from './template';

/** One synthesized stack: its template, and where its assets are. */
export interface SynthesizedStack {
  readonly stackName: string;
  readonly template: Template;
  /** The template's text. */
  readonly body: string;
  /** What the app put on the whole stack. */
  readonly tags: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
  /** Values of the template's parameters; the others have their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Key in the assets' bucket to folder. */
  readonly assets: ReadonlyMap<string, string>;
}

const TEMPLATE = '.template.json';

/**
 * Reads a stack from the folder that `cdk synth` wrote.
 *
 * @param stackName not needed when there is only one.
 * @throws Error when there is no such stack, or more than one to choose from.
 */
export function readCloudAssembly(directory: string, stackName?: string): SynthesizedStack {
  const stacks = readdirSync(directory)
    .filter((file) => file.endsWith(TEMPLATE))
    .map((file) => file.slice(0, -TEMPLATE.length));
  const chosen = stackName === undefined ? stacks : stacks.filter((name) => name === stackName);
  const [name] = chosen;
  if (name === undefined || chosen.length > 1) {
    const wanted = stackName === undefined ? 'exactly one stack' : `the stack ${stackName}`;
    throw new Error(`Expected ${wanted} in ${directory}, found: ${stacks.join(', ') || 'none'}`);
  }
  const body = readFileSync(join(directory, name + TEMPLATE), 'utf8');
  const { properties } = artifactsIn(directory)[name] ?? {};
  const { tags, terminationProtection } = isObject(properties) ? properties : {};
  return {
    stackName: name,
    template: readTemplate(body),
    body,
    tags: Object.fromEntries(Object.entries(isObject(tags) ? tags : {}).map(([key, value]) => [key, String(value)])),
    terminationProtection: terminationProtection === true,
    assets: readAssets(directory, name),
  };
}

/** A template without assets, as the console and `deploy` of the `aws` command take it. */
export function plainStack(
  stackName: string,
  body: string,
  parameters: Readonly<Record<string, string>> = {},
): SynthesizedStack {
  const template = readTemplate(body);
  return { stackName, template, body, parameters, tags: {}, terminationProtection: false, assets: new Map() };
}

/** What the app's own list of what it has written says of each stack; none where there is no such list. */
function artifactsIn(directory: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const manifest = join(directory, 'manifest.json');
  const document: unknown = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
  const artifacts = isObject(document) && isObject(document.artifacts) ? document.artifacts : {};
  return Object.fromEntries(
    Object.entries(artifacts).flatMap(([name, value]) => (isObject(value) ? [[name, value]] : [])),
  );
}

/** The stacks that `cdk synth` wrote, each after those that it depends on, as `cdk deploy --all` takes them. */
export function stacksIn(directory: string): readonly string[] {
  const names = readdirSync(directory)
    .filter((file) => file.endsWith(TEMPLATE))
    .map((file) => file.slice(0, -TEMPLATE.length))
    .sort();
  const artifacts = artifactsIn(directory);
  const inOrder = new Set<string>();
  const visit = (name: string): void => {
    const { dependencies } = artifacts[name] ?? {};
    const needed = Array.isArray(dependencies) ? dependencies.map(String) : [];
    for (const other of needed.filter((other) => names.includes(other) && !inOrder.has(other))) visit(other);
    inOrder.add(name);
  };
  for (const name of names) visit(name);
  return [...inOrder];
}

function readAssets(directory: string, stackName: string): Map<string, string> {
  const manifest = join(directory, `${stackName}.assets.json`);
  if (!existsSync(manifest)) return new Map();
  const document: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  const files = isObject(document) && isObject(document.files) ? Object.values(document.files) : [];
  return new Map(
    files.flatMap((file) => {
      const source = isObject(file) && isObject(file.source) ? file.source.path : undefined;
      const destinations = isObject(file) && isObject(file.destinations) ? Object.values(file.destinations) : [];
      if (typeof source !== 'string') return [];
      const keys = destinations.flatMap((destination) => (isObject(destination) ? [destination.objectKey] : []));
      return keys.map((key): [string, string] => [String(key), join(directory, source)]);
    }),
  );
}
