import * as z from 'zod';
import { ACCESS_KEY_ID } from '../key/access-key';
import { cleaned } from '../outside-text';
import type { Host, Written } from './host';

/** Version of what a delivery function is asked and answers. */
export const DELIVERY_SCHEMA = 'keyturn.delivery/v1';

/** The same of a look at what is there; only functions that say so are asked. */
export const INSPECTION_SCHEMA = 'keyturn.inspection/v1';

/** Lambda: a function's ARN, and a version or an alias where one is meant. */
const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w-]{1,128})?$/;

/** Characters of a target's name: what the function is told of it may be much more. */
const LONGEST_NAME = 1_000;

const settings = {
  function: z
    .string()
    .regex(FUNCTION_ARN, 'expected the ARN of a Lambda function, arn:aws:lambda:<region>:<account>:function:<name>')
    .describe('ARN of the Lambda function that delivers.'),
  target: z
    .record(z.string().min(1).max(64), z.string().max(256))
    .default({})
    .describe('What the function is told about the place, in words of its own.'),
  inspects: z
    .boolean()
    .optional()
    .describe(
      `Whether the function also answers ${INSPECTION_SCHEMA}: what its place holds. Otherwise nothing is compared.`,
    ),
};

const targetSchema = z.strictObject({ type: z.literal('function'), ...settings });
/** A team's own function, as the registry holds it. */
export type FunctionTarget = z.output<typeof targetSchema>;

const itemSchema = z.strictObject(settings);

/** A Lambda function of a team's own that writes the credential wherever Keyturn does not. */
export const functionHost = {
  name: 'function',
  types: ['function'],
  target: targetSchema,
  deliverTo: itemSchema,
  marks: ['function'],

  tokenForms: [],
  targetOf: (item: z.output<typeof itemSchema>): FunctionTarget => ({ type: 'function', ...item }),

  short({ target, ...rest }: FunctionTarget): Readonly<Record<string, unknown>> {
    return Object.keys(target).length === 0 ? rest : { ...rest, target };
  },

  nameOf({ function: arn, target }: FunctionTarget): string {
    const [, , , region, account, , ...name] = arn.split(':');
    const told = Object.entries(target)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ` ${key}=${value}`);
    return cleaned(`function ${name.join(':')} of ${account} in ${region}${told.join('')}`, LONGEST_NAME);
  },

  /** It is told which key it is that it gets, so no two deliveries overwrite each other unknowingly. */
  writes: (): readonly Written[] => [],

  mayShare: (): boolean => false,

  nameThatMayPass: (): string | undefined => undefined,

  systemOf: ({ function: arn }: FunctionTarget): string => arn,
} as const satisfies Host<FunctionTarget, z.output<typeof itemSchema>>;

/** What a function is asked. The value is not part of it: the function fetches it by itself. */
export interface DeliveryRequest {
  readonly schema: typeof DELIVERY_SCHEMA;
  /** ID of the managed key. */
  readonly managedKey: string;
  readonly secretArn: string;
  readonly versionId: string;
  readonly accessKeyId: string;
  readonly target: Readonly<Record<string, string>>;
  /** ISO time after which it must not write: nobody waits for it any more, and a newer version may be there (K1). */
  readonly notAfter: string;
}

/** What may have gone wrong, in the words of all hosts. */
export const DELIVERY_ERRORS = [
  'token-rejected',
  'scope-missing',
  'environment-not-found',
  'rate-limited',
  'host-down',
  'host-rejected',
  'read-back-differs',
] as const;

const errorSchema = z.strictObject({
  code: z.enum(DELIVERY_ERRORS),
  message: z.string(),
  retryable: z.boolean().optional(),
  /** Seconds until the place takes requests again. */
  retryAfter: z.number().min(0).max(86_400).optional(),
});

export type SaidError = z.output<typeof errorSchema>;

/** What a function answers: a receipt or an error. */
export const deliveryAnswerSchema = z.union([
  z.strictObject({
    schema: z.literal(DELIVERY_SCHEMA),
    receipt: z.strictObject({
      // One audit event holds all of it.
      wrote: z.array(z.string().max(128)).min(1).max(20),
      readBack: z.boolean().optional(),
      /** What the next inspection shows, until somebody changes or replaces it. */
      revision: z.string().max(1024).optional(),
    }),
  }),
  z.strictObject({
    schema: z.literal(DELIVERY_SCHEMA),
    error: errorSchema,
  }),
]);
export type DeliveryAnswer = z.output<typeof deliveryAnswerSchema>;

/** What a function is asked that says that it `inspects`. It must not change anything. */
export interface InspectionRequest {
  readonly schema: typeof INSPECTION_SCHEMA;
  /** ID of the managed key. */
  readonly managedKey: string;
  readonly versionId: string;
  /** What should be there. */
  readonly accessKeyId: string;
  readonly target: Readonly<Record<string, string>>;
}

/** What it answers: what its place shows, or an error. */
export const inspectionAnswerSchema = z.union([
  z.strictObject({
    schema: z.literal(INSPECTION_SCHEMA),
    place: z.strictObject({
      /** ID of the access key that is there; null where there is none; left out where it cannot be read. */
      accessKeyId: z.string().regex(ACCESS_KEY_ID).nullish(),
      /** Another one tells that somebody changed or replaced it: a version, a time. Only a digest of it is kept. */
      revision: z.string().max(1024).optional(),
    }),
  }),
  z.strictObject({ schema: z.literal(INSPECTION_SCHEMA), error: errorSchema }),
]);

/** What came back from a call of a function. */
export interface Invocation {
  /** Whether the function threw, timed out or died. */
  readonly failed: boolean;
  readonly answer: string;
}

/** Calls Lambda functions. */
export interface FunctionInvoker {
  /** Milliseconds that one call waits for its answer. */
  readonly patience: number;
  /** Once. @throws KeyturnError `rate-limited`, `host-down` (no answer came; it may have run), `host-rejected`, `aws-*` */
  invoke(functionArn: string, request: DeliveryRequest | InspectionRequest): Promise<Invocation>;
}
