import * as z from 'zod';
import { KeyturnError } from './errors';
import { DEPLOYED_FUNCTIONS } from './names';

/** What a deployment says of its own things, so that a report finds what was done to them. */
const thingsSchema = z.strictObject({
  version: z.literal(1),
  stacks: z.array(z.string()).describe('Names of the stacks of this deployment.'),
  names: z.string().min(1),
  topic: z.string(),
  keys: z.array(z.string()),
  archive: z.string().optional(),
});
export type DeployedThings = Omit<z.output<typeof thingsSchema>, 'version'>;

/** What the functions may do, each right once and with those that have it. */
const rightsSchema = z.strictObject({
  version: z.literal(1),
  rights: z.array(z.strictObject({ may: z.string(), who: z.array(z.enum(DEPLOYED_FUNCTIONS)) })),
});
export type DeployedRight = z.output<typeof rightsSchema>['rights'][number];

/** The document of the parameter that tells which things are Keyturn's own. */
export function thingsDocument(things: DeployedThings) {
  return { version: 1, ...things };
}

/** The document of the parameter that tells what the functions may do. */
export function rightsDocument(rights: readonly DeployedRight[]) {
  return { version: 1, rights };
}

/** @throws KeyturnError `invalid-config`, naming the parameter */
export function parseThings(parameter: string, json: string): DeployedThings {
  const { version: _version, ...things } = parsed(thingsSchema, parameter, json);
  return things;
}

/** @throws KeyturnError `invalid-config`, naming the parameter */
export function parseRights(parameter: string, json: string): readonly DeployedRight[] {
  return parsed(rightsSchema, parameter, json).rights;
}

function parsed<Schema extends z.ZodType>(schema: Schema, parameter: string, json: string): z.output<Schema> {
  const { data, error } = schema.safeParse(documentOf(json));
  if (data !== undefined) return data;
  const fields = error?.issues.map(({ path }) => path.slice(0, 1).join('') || 'the document').slice(0, 3);
  throw new KeyturnError(
    'invalid-config',
    `SSM parameter ${parameter} cannot be read: ${fields?.join(', ')} is not as a deployment writes it. Deploy the stack again.`,
  );
}

function documentOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
