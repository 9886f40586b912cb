import * as z from 'zod';
import { HALVES } from '../../functions/core/forecast/handover';
import { OTHER_KEYS } from '../../functions/core/forecast/standing';

export const UNINSTALL_SCHEMA = 'keyturn.uninstall/v1';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');
const command = z.object({ to: z.string(), run: z.string().optional().describe('To copy.') });
export type CommandDocument = z.infer<typeof command>;

const halfSchema = z.object({
  is: z.enum(HALVES).describe("A code's meaning never changes."),
  what: z.string(),
  accessKeyId: z.string().optional(),
  since: instant.optional(),
  finish: command.describe('The one thing that finishes it.'),
  isWaitedFor: z.boolean().describe('Whether a run is to finish it within the day, so that --wait waits for it.'),
});

const otherSchema = z.object({
  accessKeyId: z.string(),
  is: z.enum(OTHER_KEYS),
  status: z.enum(['Active', 'Inactive', 'gone']),
  createdAt: instant,
  lastUsedAt: instant.optional(),
  usedByOthers: z.boolean().describe('Whether that use was none of the proofs that Keyturn makes.'),
  heldSince: instant.optional().describe('Since when its deactivation is held, because it is in use.'),
  deactivateAt: instant.optional().describe('When Keyturn would make it Inactive; after the stack is gone, a person.'),
  deleteAt: instant.optional().describe('When Keyturn would delete it; after the stack is gone, a person.'),
  what: z.string().describe('What becomes of it.'),
});

const keySchema = z.object({
  id: z.string(),
  user: z.string(),
  state: z.enum(['whole', 'half']),
  current: z
    .object({ accessKeyId: z.string(), status: z.enum(['Active', 'Inactive', 'gone']), createdAt: instant })
    .optional()
    .describe("Not there where Keyturn has made none: the user's own key is the one."),
  places: z.array(z.string()).describe('Where the current key is, or should be.'),
  deliveredAt: instant.optional().describe('When every place had confirmed it.'),
  half: z.array(halfSchema),
  others: z.array(otherSchema),
  heldBy: z.enum(['paused', 'observed']).optional(),
  pausedUntil: instant.optional(),
});
export type HandedKeyDocument = z.infer<typeof keySchema>;

export const uninstallSchema = z.object({
  schema: z.literal(UNINSTALL_SCHEMA),
  account: z.string(),
  region: z.string(),
  at: instant,
  isReady: z.boolean().describe('Whether nothing is half, and everything could be looked at.'),
  keys: z.array(keySchema),
  problems: z.array(z.object({ code: z.string(), key: z.string().optional(), message: z.string() })),
  unseen: z.array(z.object({ id: z.string(), code: z.string(), message: z.string() })),
  goes: z
    .array(
      z.object({
        type: z.string().describe('Of CloudFormation.'),
        id: z.string().describe('Name of a role; what the address of an endpoint begins with.'),
        so: z.string().describe('What becomes of whoever uses it.'),
      }),
    )
    .describe(
      "What pipelines use, or may use, and lose with the stack: roles that are none of the engine's, and the endpoint of a provider.",
    ),
  stays: z.array(
    z.object({
      what: z.string(),
      type: z.string().describe('Of CloudFormation; or that no stack has made it.'),
      keep: z.string().describe('For how long.'),
      beRid: z.string(),
    }),
  ),
  commands: z.array(command).describe('What takes Keyturn away, in its order; none while something is half.'),
});
export type UninstallDocument = z.infer<typeof uninstallSchema>;
