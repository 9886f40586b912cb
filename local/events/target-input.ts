/** What a target gets in place of the whole event: a constant, a part of the event, or a template of JSON or of lines. */
export interface TargetInput {
  /** JSON text. */
  readonly input?: string;
  /** Such as `$.detail`. */
  readonly inputPath?: string;
  readonly transformer?: {
    readonly inputPaths: Readonly<Record<string, string>>;
    readonly template: string;
  };
}

/** What EventBridge knows beside the event and a template may ask for. */
export interface RuleContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** When the event came in, ISO 8601. */
  readonly ingestionTime: string;
}

/** The JSON text, or the lines of text, that a target gets. @throws Error for a path or template that EventBridge would refuse. */
export function targetPayload(event: unknown, context: RuleContext, input: TargetInput = {}): string {
  if (input.input !== undefined) return canonical(input.input, 'Input');
  if (input.inputPath !== undefined) return JSON.stringify(valueAt(event, input.inputPath) ?? null);
  if (input.transformer !== undefined)
    return fillIn(input.transformer.template, event, context, input.transformer.inputPaths);
  return JSON.stringify(event);
}

/**
 * Reads a part of an event: `$`, `$.detail.name`, `$.resources[0]`.
 * @throws Error for the parts of JSONPath that EventBridge knows and this does not.
 */
export function valueAt(event: unknown, path: string): unknown {
  if (!/^\$(\.[\w-]+|\[\d+\])*$/.test(path)) throw new Error(`The input path ${path} is not supported`);
  let value = event;
  for (const [step] of path.matchAll(/[\w-]+/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

function fillIn(
  template: string,
  event: unknown,
  context: RuleContext,
  paths: Readonly<Record<string, string>>,
): string {
  const reserved: Readonly<Record<string, unknown>> = {
    'aws.events.rule-arn': context.ruleArn,
    'aws.events.rule-name': context.ruleName,
    'aws.events.event.ingestion-time': context.ingestionTime,
    'aws.events.event': event,
    'aws.events.event.json': event,
  };
  const filled = template.replace(/<([\w.-]+)>/g, (_whole, name: string, offset: number) => {
    const path = paths[name];
    if (path === undefined && !(name in reserved))
      throw new Error(`The input template uses the unknown variable ${name}`);
    const value = path === undefined ? reserved[name] : valueAt(event, path);
    const json = JSON.stringify(value ?? null);
    if (!isInsideString(template, offset)) return json;
    // EventBridge makes no variable of what the event does not have, so nothing of it is in the text.
    if (value === undefined) return '';
    return typeof value === 'string' ? json.slice(1, -1) : JSON.stringify(json).slice(1, -1);
  });
  return isText(filled) ? filled : canonical(filled, 'InputTemplate');
}

/** Lines of text, each in quotes, which stay. */
function isText(filled: string): boolean {
  const lines = filled.split('\n');
  return lines.length > 1 && lines.every((line) => /^"(?:[^"\\]|\\.)*"$/.test(line));
}

/** Whether a position in JSON text lies between two quotes. */
function isInsideString(text: string, offset: number): boolean {
  const quotes = text.slice(0, offset).match(/(?<!\\)"/g);
  return (quotes?.length ?? 0) % 2 === 1;
}

function canonical(json: string, property: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch (cause) {
    throw new Error(`The ${property} of a rule's target is no JSON: ${json}`, { cause });
  }
}
