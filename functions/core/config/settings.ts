import * as z from 'zod';
import { DEFAULT_CONCURRENCY, DEFAULT_MAX_ROTATIONS } from '../names';
import { alarmsSchema } from './alarms-config';
import { auditSchema, LOG_RETENTION_DAYS } from './audit-config';
import { auditTermsProblem } from './audit-terms';
import { breakGlassSchema } from './break-glass-config';
import { addMistake, type ConfigIssue, type Mistake } from './config-issue';
import { deploymentSchema } from './deployment-config';
import { ON_EXPOSED } from './exposed';
import { policyProblems, policySettingSchema, policyWith } from './policy';
import { MODES } from './registry';
import { scheduleSchema } from './schedule-config';

/** What is done about a target that no longer holds what was delivered to it. */
export const DRIFT = ['repair', 'report'] as const;
export type DriftSetting = (typeof DRIFT)[number];

/** Everything in `keyturn.yaml` that is about no single key. */
export const settingsFields = {
  mode: z
    .enum(MODES)
    .default('rotate')
    .describe('Whether Keyturn acts on the keys, or only tells what it would do: plans, findings, record and reports.'),
  policy: policySettingSchema
    .optional()
    .describe(
      'When each step happens, for all keys: standard (90, 100 and 110 days, the default), cis (70, 80, 90), or some days.',
    ),
  notify: z.array(z.email()).default([]).describe('E-mail addresses that are told about findings and failures.'),
  users: z
    .strictObject({
      path: z
        .string()
        .max(512)
        .regex(/^\/([\w+=,.@-]+\/)+$/, 'expected a path of IAM that starts and ends with a slash, such as /pipelines/')
        .describe('Path that every managed user is under, and nobody else: the functions may act on all users there.'),
    })
    .optional()
    .describe('How the functions know the managed users; each by its name, where it is not given.'),
  schedule: scheduleSchema.prefault({}).describe('When the rules run (UTC).'),
  trail: z
    .enum(['existing', 'create'])
    .default('existing')
    .describe('Whether the account has a CloudTrail trail that logs management events, or the stack creates one.'),
  encryption: z
    .enum(['aws-managed', 'customer-managed'])
    .default('aws-managed')
    .describe('Which KMS key encrypts the secrets: the free aws/secretsmanager one, or one that the stack creates.'),
  deployment: deploymentSchema.prefault({}).describe('The roles that deploy and that run, and what they run with.'),
  audit: auditSchema.prefault({}).describe('The audit record, and where else it goes.'),
  alarms: alarmsSchema.prefault({}).describe('When people are told that something needs them.'),
  logRetentionDays: z.literal(LOG_RETENTION_DAYS).default(400).describe('How long the functions keep their logs.'),
  drift: z
    .enum(DRIFT)
    .default('repair')
    .describe(
      'What is done about a target that no longer holds what was delivered: deliver again, or tell people only.',
    ),
  operators: z
    .boolean()
    .default(false)
    .describe('Whether people ask through functions with a URL each, for operators and for administrators.'),
  breakGlass: breakGlassSchema
    .optional()
    .describe('A role that may ask as an administrator for an hour, by those who are named; every use is told.'),
  exposed: z
    .boolean()
    .default(false)
    .describe('Whether events of AWS Health and GuardDuty about leaked access keys start Keyturn.'),
  onExposed: z
    .enum(ON_EXPOSED)
    .default('rotate')
    .describe(
      'What is done for a managed key that AWS says has leaked: deliver its successor and make it Inactive, make it Inactive first, or tell people only.',
    ),
  maxRotationsPerRun: z.int().min(1).max(1000).default(DEFAULT_MAX_ROTATIONS).describe('Rotations in one run at most.'),
  concurrency: z
    .int()
    .min(1)
    .max(20)
    .default(DEFAULT_CONCURRENCY)
    .describe('Keys that a run works on at the same time.'),
};

const settingsShape = z.strictObject(settingsFields);
/** The settings with their defaults filled in. */
export type Settings = z.output<typeof settingsShape>;

/** What is wrong between settings that are each sound on their own. */
export function settingsMistakes({
  policy,
  audit,
  trail,
  operators,
  breakGlass,
}: Pick<Settings, 'policy' | 'audit' | 'trail' | 'operators' | 'breakGlass'>): readonly Mistake[] {
  const mistakes: Mistake[] = policyProblems(policyWith(policy)).map(({ field, message }) => ({
    path: ['policy', field],
    message,
  }));
  if (audit.report !== undefined && audit.archive === undefined) {
    const message = 'expected audit.archive too: the archive is where the reports are written';
    mistakes.push({ path: ['audit', 'report'], message });
  }
  const isNamed = Object.keys(audit.trailFiles ?? {}).length > 0;
  if (audit.trailFiles !== undefined && audit.trailFiles.bucket === undefined && (trail !== 'create' || isNamed)) {
    const message =
      "expected the name of the trail's bucket, which is known only of a trail that the stack makes, without a prefix";
    mistakes.push({ path: ['audit', 'trailFiles', 'bucket'], message });
  }
  if (breakGlass !== undefined && !operators) {
    const message = 'expected operators: true too: the role asks the front of administrators';
    mistakes.push({ path: ['breakGlass'], message });
  }
  const tooLong = auditTermsProblem(audit);
  if (tooLong !== undefined) mistakes.push({ path: ['audit', 'exceptions'], message: tooLong });
  return mistakes;
}

const settingsSchema = settingsShape.superRefine((settings, context) => {
  for (const mistake of settingsMistakes(settings)) addMistake(context, mistake);
});

export const DEFAULT_SETTINGS: Settings = settingsShape.parse({});

/** Checks the settings of a rotation: they come back with their defaults, or with what is wrong with them. */
export function checkSettings(
  input: unknown,
): { readonly settings: Settings; readonly issues?: undefined } | { readonly issues: readonly ConfigIssue[] } {
  const { data, error } = settingsSchema.safeParse(input);
  return error === undefined ? { settings: data } : { issues: error.issues };
}
