import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { connectSchema } from '../../cli/documents/connect';
import { datacenterSchema } from '../../cli/documents/datacenter';
import { doctorSchema } from '../../cli/documents/doctor';
import { exitsSchema } from '../../cli/documents/exits';
import { migrateSchema } from '../../cli/documents/migrate';
import { planSchema } from '../../cli/documents/plan';
import { simulateSchema } from '../../cli/documents/simulate';
import { statusSchema } from '../../cli/documents/status';
import { uninstallSchema } from '../../cli/documents/uninstall';
import { whoSchema } from '../../cli/documents/who';
import { whySchema } from '../../cli/documents/why';
import { auditJsonSchema } from '../../functions/core/audit';
import { configJsonSchema } from '../../functions/core/config/config';
import { initializedJsonSchema } from '../../functions/core/config/initialized';
import { validatedJsonSchema } from '../../functions/core/config/validated';
import { answerSchema } from '../../functions/core/request/answer';
import { reportJsonSchema } from '../../functions/report/judge/model';

/** The JSON Schemas that the package ships, by file name: of the configuration, and of what Keyturn writes for others. */
const SCHEMAS: Readonly<Record<string, () => Record<string, unknown>>> = {
  'keyturn.answer.v1.schema.json': () => z.toJSONSchema(answerSchema, { unrepresentable: 'throw' }),
  'keyturn.schema.json': configJsonSchema,
  'keyturn.audit.v1.schema.json': auditJsonSchema,
  'keyturn.report.v2.schema.json': reportJsonSchema,
  'keyturn.connect.v1.schema.json': () => z.toJSONSchema(connectSchema, { unrepresentable: 'throw' }),
  'keyturn.datacenter.v1.schema.json': () => z.toJSONSchema(datacenterSchema, { unrepresentable: 'throw' }),
  'keyturn.doctor.v1.schema.json': () => z.toJSONSchema(doctorSchema, { unrepresentable: 'throw' }),
  'keyturn.migrate.v1.schema.json': () => z.toJSONSchema(migrateSchema, { unrepresentable: 'throw' }),
  'keyturn.exits.v1.schema.json': () => z.toJSONSchema(exitsSchema, { unrepresentable: 'throw' }),
  'keyturn.plan.v1.schema.json': () => z.toJSONSchema(planSchema, { unrepresentable: 'throw' }),
  'keyturn.simulate.v1.schema.json': () => z.toJSONSchema(simulateSchema, { unrepresentable: 'throw' }),
  'keyturn.status.v1.schema.json': () => z.toJSONSchema(statusSchema, { unrepresentable: 'throw' }),
  'keyturn.uninstall.v1.schema.json': () => z.toJSONSchema(uninstallSchema, { unrepresentable: 'throw' }),
  'keyturn.who.v1.schema.json': () => z.toJSONSchema(whoSchema, { unrepresentable: 'throw' }),
  'keyturn.why.v1.schema.json': () => z.toJSONSchema(whySchema, { unrepresentable: 'throw' }),
  'keyturn.validate.v1.schema.json': validatedJsonSchema,
  'keyturn.init.v1.schema.json': initializedJsonSchema,
};

/** Writes every JSON Schema. @param folder @default - `dist` of this package */
export function writeJsonSchemas(folder: string = join(__dirname, '..', '..', 'dist')): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, schema] of Object.entries(SCHEMAS)) {
    writeFileSync(join(folder, file), `${JSON.stringify(schema(), undefined, 2)}\n`);
  }
}
