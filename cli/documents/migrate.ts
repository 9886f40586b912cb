import * as z from 'zod';
import { STAGES } from '../migrate/stage';
import { WAYS } from '../migrate/writing';
import { exitSchema } from './exits';

export const MIGRATE_SCHEMA = 'keyturn.migrate/v1';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');

const roleSchema = z.object({
  role: z.string().describe('ARN.'),
  repository: z.string().optional().describe('Whose steps it is for; not there: not known, or several.'),
  isThere: z.boolean(),
  instead: z.string().optional().describe('ARN of the one that IAM has by its name, under another path.'),
  used: instant.optional().describe('When IAM saw a session of it make a call last.'),
  taken: z
    .array(
      z.object({
        at: instant,
        repository: z.string().describe('UUID in braces.'),
        environment: z.string().optional().describe('UUID in braces; not there: the step deployed nowhere.'),
        accessKeyId: z.string().optional().describe("The session's."),
        calls: z
          .int()
          .min(0)
          .optional()
          .describe('Of the session, in CloudTrail; of what a provider gave, whose taking is not asked for there.'),
      }),
    )
    .describe('The last time that a step of each repository and environment took it, or was given it; newest first.'),
  refused: z.int().min(0).describe('Times that a step was refused it.'),
});

export const migrateSchema = z.object({
  schema: z.literal(MIGRATE_SCHEMA),
  account: z.string(),
  region: z.string(),
  at: instant,
  since: instant.describe('From when on it was looked.'),
  id: z.string(),
  user: z.string(),
  to: z.enum(WAYS),
  stage: z
    .enum(STAGES)
    .describe(
      'blocked: something has to be moved first. write: a role is still to be made. switch: every role is there, and not ' +
        'every place that holds the key has taken one. unread: all have, and who else used the key since the first ' +
        'did could not be read. ' +
        'retire: it could. waits: the entry says that they replace the key. inactive, gone: it went.',
    ),
  roles: z.array(roleSchema),
  places: z
    .int()
    .min(0)
    .describe('Repositories and environments that hold the key: a step of each has to take a role.'),
  twiceNamed: z
    .array(z.tuple([z.string(), z.string()]))
    .describe('Pairs of repositories that may be one, by its name and by its UUID: they are waited for as two.'),
  lastUsed: instant
    .optional()
    .describe("When the current key was used last, by IAM's word; not there: never, or gone."),
  idleFor: z.int().describe('Days for which nobody must use it.'),
  notBefore: instant.optional().describe('When it can go at the earliest, if nobody uses it.'),
  write: z
    .array(z.object({ into: z.string(), text: z.string() }))
    .describe('What is to be written now; UUIDs that only the host knows stand there in capitals.'),
  exit: exitSchema,
  unread: z.array(z.object({ source: z.string(), message: z.string() })),
});
export type MigrateDocument = z.infer<typeof migrateSchema>;
