import * as z from 'zod';
import { KeyturnError } from './errors';
import { DEPLOYED_FUNCTIONS, type DeployedFunction, PROVIDER } from './names';
import { trailPlaceFields } from './trail-place';

/** What a deployment says of its own things, so that a report finds what was done to them. */
const thingsSchema = z.strictObject({
  version: z.literal(1),
  stacks: z.array(z.string()).describe('Names of the stacks of this deployment.'),
  names: z.string().min(1),
  topic: z.string(),
  keys: z.array(z.string()),
  namedKeys: z.array(z.string()).optional(),
  archive: z.string().optional(),
  signing: z.string().optional(),
  provider: z
    .strictObject({
      api: z.string().min(1),
      table: z.string().min(1),
      logs: z.array(z.string().min(1)).readonly(),
      key: z.string().min(1),
    })
    .optional()
    .describe('What the endpoint of a provider of secrets has of its own.'),
  trail: z
    .strictObject({ bucket: z.string().min(1), ...trailPlaceFields })
    .optional()
    .describe("Where the trail's files are, which reports may read."),
});
export type DeployedThings = Omit<z.output<typeof thingsSchema>, 'version'>;

/** What the functions may do, by those that may: a parameter of the standard tier holds 4 KB. */
const rightsSchema = z.strictObject({
  version: z.literal(1),
  rights: z.array(
    z.strictObject({ who: z.array(z.enum([...DEPLOYED_FUNCTIONS, PROVIDER])), may: z.array(z.string()) }),
  ),
});

/** What some of the functions may do. */
export interface DeployedRight {
  readonly may: string;
  readonly who: readonly (DeployedFunction | typeof PROVIDER)[];
}

/** The document of the parameter that tells which things are Keyturn's own. */
export function thingsDocument(things: DeployedThings) {
  return { version: 1, ...things };
}

/** The document of the parameter that tells what the functions may do. */
export function rightsDocument(rights: readonly DeployedRight[]) {
  const grouped = new Map<string, { who: DeployedRight['who']; may: string[] }>();
  for (const { may, who } of rights) {
    const group = grouped.get(who.join()) ?? { who, may: [] };
    grouped.set(who.join(), group);
    group.may.push(may);
  }
  return { version: 1, rights: [...grouped.values()] };
}

/** @throws KeyturnError `invalid-config`, naming the parameter */
export function parseThings(parameter: string, json: string): DeployedThings {
  const { version: _version, ...things } = parsed(thingsSchema, parameter, json);
  return things;
}

/** @throws KeyturnError `invalid-config`, naming the parameter */
export function parseRights(parameter: string, json: string): readonly DeployedRight[] {
  return parsed(rightsSchema, parameter, json).rights.flatMap(({ who, may }) => may.map((one) => ({ may: one, who })));
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
