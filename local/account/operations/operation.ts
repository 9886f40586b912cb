import * as z from 'zod';
import { AwsError } from '../aws-error';
import type { Principal } from '../principal';

/**
 * How CloudTrail sees a call: `read` and `write` are management events, `data` is a data event, which a trail does not
 * record unless told to. Of reads only those of users' access keys are recorded here; a `logged-read` always is, refused
 * or not.
 */
export type OperationMode = 'read' | 'logged-read' | 'write' | 'data';

/** What differs between a call and its CloudTrail record. */
export interface TrailShape {
  /** Request parameters to leave out, because they are secret. */
  readonly omit?: readonly string[];
  /** Request parameters to show as `HIDDEN_DUE_TO_SECURITY_REASONS`. */
  readonly hide?: readonly string[];
  /** Makes the response elements from the output; default: the output as it is, and nothing for what reads. */
  readonly response?: (output: never, input: never) => unknown;
  /**
   * ARNs of what the call is about, as far as the parameters, which nobody has checked, tell it.
   * @param output undefined when the call was refused
   */
  readonly resources?: (input: never, output: never) => readonly TrailResource[];
}

/** Something that a record names, as `AWS::KMS::Key` and its ARN. */
export interface TrailResource {
  readonly type: string;
  readonly ARN: string;
}

/** One action of a service: its parameters, its rule, and how it is recorded. `I` is what a typed caller passes. */
export interface Operation<I, O> {
  readonly mode: OperationMode;
  readonly trail: TrailShape;
  /** Checks the parameters and runs the rule. @throws AwsError */
  readonly run: (input: unknown, caller: Principal, region: string) => O;
  /** Only a type: what a typed caller passes. */
  readonly accepts?: I;
}

/** The operations of one service by action name. */
export type OperationTable = Readonly<Record<string, Operation<unknown, unknown>>>;

/**
 * Makes operations whose parameter errors carry the service's own code.
 * @param code `ValidationError`, `ValidationException`, `InvalidParameter`…
 */
export function operationsOf(code: string) {
  return <S extends z.ZodType, O>(
    mode: OperationMode,
    schema: S,
    rule: (input: z.output<S>, caller: Principal, region: string) => O,
    trail: TrailShape = {},
  ): Operation<z.input<S>, O> => ({
    mode,
    trail,
    run: (input, caller, region) => {
      const parsed = schema.safeParse(input);
      if (!parsed.success) throw new AwsError(code, 400, constraint(parsed.error));
      return rule(parsed.data, caller, region);
    },
  });
}

/** AWS's sentence for a parameter out of bounds. The value is left out: it may be a secret. */
function constraint(error: z.ZodError): string {
  const found = error.issues.map((issue) => {
    const path = issue.path.map((step, index) => (index === 0 ? lowerFirst(String(step)) : step)).join('.');
    return `Value at '${path}' failed to satisfy constraint: ${sentence(issue)}`;
  });
  const count = found.length;
  return `${count} validation error${count === 1 ? '' : 's'} detected: ${found.join('; ')}`;
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'Member must not be null';
  const measure = 'origin' in issue && issue.origin === 'number' ? 'value' : 'length';
  if (issue.code === 'too_small') return `Member must have ${measure} greater than or equal to ${issue.minimum}`;
  if (issue.code === 'too_big') return `Member must have ${measure} less than or equal to ${issue.maximum}`;
  if (issue.code === 'invalid_value') return `Member must satisfy enum value set: [${issue.values.join(', ')}]`;
  return 'Member has the wrong form';
}

/** `SecretId` as CloudTrail and validation errors write it: `secretId`; a leading acronym falls as a whole. */
export function lowerFirst(name: string): string {
  if (/^[A-Z]+$/.test(name)) return name.toLowerCase();
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** A whole number, which the query protocol carries as text. */
export const integer = (minimum: number, maximum: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d+$/)
        .transform(Number),
    ])
    .pipe(z.number().int().min(minimum).max(maximum));

/** A flag, which the query protocol carries as `true` or `false`. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** Bytes, which travel as base64. */
export const bytes = z.union([z.instanceof(Uint8Array), z.base64().transform((text) => Buffer.from(text, 'base64'))]);

/** An instant, which JSON services carry as seconds since the epoch. */
export const instant = z.union([z.date(), z.number().transform((seconds) => new Date(seconds * 1000))]);

/** A list of tags; values may be empty. */
export const tags = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256).default('') }))
  .max(200);

/** No parameters. */
export const nothing = z.object({});
