import * as z from 'zod';
import { deliverToJsonSchema, deliverToSchema, settingsOf } from '../hosts/target';
import { addMistake } from './config-issue';
import { valueAt } from './config-path';
import { connectionsSchema } from './connection-config';
import { keySchema } from './key-config';
import { KeysTogether } from './keys-together';
import { policyJsonSchema, policySettingSchema } from './policy';
import { providerMistakes, providerSchema, providerSecretMistakes } from './provider-config';
import { MOST_ROLES, roleSchema, rolesMistakes } from './roles-config';
import { settingsFields, settingsMistakes } from './settings';

/** The shape of `keyturn.yaml`, without the rules that span several places; the JSON Schema is made from it. */
const configShape = z.strictObject({
  connections: connectionsSchema,
  keys: z
    .array(keySchema)
    .default([])
    .describe('The managed keys; none only beside roles or a provider, which need no key.'),
  roles: z
    .array(roleSchema)
    .min(1)
    .max(MOST_ROLES)
    .optional()
    .describe('IAM roles that pipelines take by OpenID Connect, without any key.'),
  provider: providerSchema
    .optional()
    .describe('What keyturn serve-provider gives to steps of Bitbucket Pipelines. The stack makes nothing of it.'),
  ...settingsFields,
});

/** Without a key, a role or a provider the stack would be there for nothing. @param value what was read so far */
function isForNothing(value: unknown): boolean {
  const [keys, roles, provider] = ['keys', 'roles', 'provider'].map((name) => valueAt(value, [name]));
  return Array.isArray(keys) && keys.length === 0 && roles === undefined && provider === undefined;
}

/** The same in the words of JSON Schema. */
const FOR_SOMETHING = {
  anyOf: [
    { required: ['keys'], properties: { keys: { minItems: 1 } } },
    { required: ['roles'] },
    { required: ['provider'] },
  ],
};

/** The whole of `keyturn.yaml`. */
export const configSchema = configShape
  .superRefine(
    (_config, context) => {
      context.addIssue({ code: 'invalid_type', expected: 'array', path: ['keys'], input: undefined });
    },
    // Told beside what else is wrong, as a setting that has to be there is.
    { when: ({ value }) => isForNothing(value) },
  )
  .superRefine((config, context) => {
    for (const mistake of settingsMistakes(config)) addMistake(context, mistake);
    config.audit.exceptions.forEach(({ key }, index) => {
      if (key === undefined || config.keys.some(({ id }) => id === key)) return;
      const message = `expected the id of one of the keys, or user, found "${key}"`;
      addMistake(context, { path: ['audit', 'exceptions', index, 'key'], message });
    });
    for (const mistake of rolesMistakes(config.roles ?? [])) addMistake(context, mistake);
    const ids = new Set(config.keys.map(({ id }) => id));
    for (const mistake of providerMistakes(config.provider, ids)) addMistake(context, mistake);
    const tokens = Object.entries(config.connections).map(([name, given]) => [name, settingsOf(given).secret] as const);
    for (const mistake of providerSecretMistakes(config.provider, new Map(tokens))) addMistake(context, mistake);
    const together = new KeysTogether(config.policy);
    config.keys.forEach((key, index) => {
      for (const { path, message } of together.add(key, config.connections)) {
        addMistake(context, { path: ['keys', index, ...path], message });
      }
    });
  });
/** `keyturn.yaml` as a person writes it. */
export type ConfigInput = z.input<typeof configShape>;
/** `keyturn.yaml` with its defaults filled in. */
export type Config = z.output<typeof configShape>;

/** The JSON Schema of `keyturn.yaml`, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    title: 'keyturn.yaml',
    description: 'Which AWS access keys Keyturn rotates, and where it delivers them.',
    ...FOR_SOMETHING,
    ...z.toJSONSchema(configShape, {
      io: 'input',
      unrepresentable: 'throw',
      override: ({ zodSchema, jsonSchema }) => {
        if (Object.is(zodSchema, deliverToSchema)) Object.assign(jsonSchema, deliverToJsonSchema());
        if (Object.is(zodSchema, policySettingSchema)) Object.assign(jsonSchema, policyJsonSchema());
        // Zod leaves the default out, because the hosts' schemas stand behind a transformation.
        if (Object.is(zodSchema, keySchema.shape.deliverTo)) jsonSchema.default = [];
      },
    }),
  };
}
