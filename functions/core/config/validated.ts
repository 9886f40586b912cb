import * as z from 'zod';
import { shortfallsSchema } from './shortfalls';
import { UNMEANT_CODES } from './unmeant';

export const VALIDATE_SCHEMA = 'keyturn.validate/v1';

const mistake = {
  line: z.int().min(1).describe('Counted from 1.'),
  column: z.int().min(1).describe('Counted from 1.'),
  path: z.string().describe('Such as keys[0].user; empty for the file as a whole.'),
  message: z.string().describe('What was expected, and what was found.'),
  cure: z.string().optional().describe('What to do.'),
};
const ids = z.array(z.string()).readonly();

export const warningsSchema = z
  .array(z.strictObject({ code: z.enum(UNMEANT_CODES), ...mistake }))
  .readonly()
  .describe('What is legal, and probably not meant; of a file without mistakes only.');

/** What `keyturn validate --json` writes. Fields may be added, and never change their meaning. */
export const validatedSchema = z.strictObject({
  schema: z.literal(VALIDATE_SCHEMA),
  file: z.string().describe('As it was named.'),
  ok: z.boolean().describe('Whether the command ends with 0.'),
  keys: z.int().min(0).optional().describe('How many managed keys; left out of a file with mistakes.'),
  roles: z.int().min(0).optional().describe('How many roles; left out of a file with mistakes.'),
  mistakes: z.array(z.strictObject(mistake)).readonly(),
  warnings: warningsSchema,
  shortfalls: shortfallsSchema,
  deployed: z
    .strictObject({
      dropped: ids.describe('Keys that nobody would manage any more.'),
      losesMost: z.boolean().describe('Whether these are half of what is registered, or more.'),
      taken: ids.describe('Keys whose secret is there already.'),
      absent: ids.describe('Keys whose existing secret is not there.'),
    })
    .optional()
    .describe('What the deployment would do to the keys that there are; with --deployed only.'),
});
export type Validated = Readonly<z.infer<typeof validatedSchema>>;

export function validatedJsonSchema(): Record<string, unknown> {
  return { title: VALIDATE_SCHEMA, ...z.toJSONSchema(validatedSchema) };
}
