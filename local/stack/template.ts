import { isObject } from './properties';

/** One resource as the template has it, before anything is resolved. */
export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  /** Whether it stays when the stack gives it up. */
  readonly isRetained: boolean;
}

/** The parts of a CloudFormation template that are used here; the others stay unread. */
export interface Template {
  readonly parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  /** What has to hold of the parameters before anything is made. */
  readonly rules: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly resources: readonly TemplateResource[];
  readonly outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly description?: string | undefined;
}

/** @throws Error that names the resource, where the text is no template. */
export function readTemplate(json: string): Template {
  const document: unknown = JSON.parse(json);
  if (!isObject(document) || !isObject(document.Resources)) throw new Error('The template has no Resources');
  return {
    parameters: objects(document.Parameters, 'Parameters'),
    mappings: isObject(document.Mappings) ? document.Mappings : {},
    conditions: isObject(document.Conditions) ? document.Conditions : {},
    rules: objects(document.Rules, 'Rules'),
    resources: Object.entries(objects(document.Resources, 'Resources')).map(([id, body]) => readResource(id, body)),
    outputs: objects(document.Outputs, 'Outputs'),
    description: typeof document.Description === 'string' ? document.Description : undefined,
  };
}

function readResource(logicalId: string, body: Readonly<Record<string, unknown>>): TemplateResource {
  const { Type, Properties = {}, DependsOn = [], Condition, DeletionPolicy } = body;
  if (typeof Type !== 'string') throw new Error(`The resource ${logicalId} has no Type`);
  if (!isObject(Properties)) throw new Error(`${logicalId}.Properties must be an object`);
  return {
    logicalId,
    type: Type,
    properties: Properties,
    dependsOn: (Array.isArray(DependsOn) ? DependsOn : [DependsOn]).map(String),
    condition: typeof Condition === 'string' ? Condition : undefined,
    isRetained: typeof DeletionPolicy === 'string' && DeletionPolicy.startsWith('Retain'),
  };
}

function objects(value: unknown, section: string): Record<string, Readonly<Record<string, unknown>>> {
  const found: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [name, body] of Object.entries(isObject(value) ? value : {})) {
    if (!isObject(body)) throw new Error(`${section}.${name} must be an object`);
    found[name] = body;
  }
  return found;
}
