import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { AUDIT_SCHEMA, auditJsonSchema } from '../../functions/core/audit';
import { configJsonSchema } from '../../functions/core/config/config';
import { INIT_SCHEMA, initializedJsonSchema } from '../../functions/core/config/initialized';
import { VALIDATE_SCHEMA, validatedJsonSchema } from '../../functions/core/config/validated';
import { REPORT_SCHEMA, reportJsonSchema } from '../../functions/report/judge/model';
import { writeJsonSchemas } from '../../infra/bundles/json-schemas';

const folder = join(mkdtempSync(join(tmpdir(), 'keyturn-schemas-')), 'schemas');
writeJsonSchemas(folder);
const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const compiled = (file: string) => new Ajv({ strict: false, validateFormats: false }).compile(read(file));

describe('the JSON Schemas that are shipped', () => {
  it.each([
    ['keyturn.schema.json', configJsonSchema()],
    ['keyturn.audit.v1.schema.json', auditJsonSchema()],
    ['keyturn.report.v2.schema.json', reportJsonSchema()],
    ['keyturn.validate.v1.schema.json', validatedJsonSchema()],
    ['keyturn.init.v1.schema.json', initializedJsonSchema()],
  ])('%s is what the code reads and writes', (file, schema) => {
    expect(read(file)).toEqual(schema);
    expect(compiled(file)).toBeTypeOf('function');
  });

  it.each([
    'answer',
    'connect',
    'datacenter',
    'doctor',
    'exits',
    'migrate',
    'plan',
    'simulate',
    'status',
    'uninstall',
    'who',
    'why',
  ])('of what %s writes is one that can be read', (command) => {
    const schema = compiled(`keyturn.${command}.v1.schema.json`);
    expect(schema({ schema: `keyturn.${command}/v1` })).toBe(false);
    expect(JSON.stringify(read(`keyturn.${command}.v1.schema.json`))).toContain(`keyturn.${command}/v1`);
  });

  it('are these, and name the version of what they describe', () => {
    expect(readdirSync(folder)).toHaveLength(17);
    expect([AUDIT_SCHEMA, REPORT_SCHEMA]).toEqual(['keyturn.audit/v1', 'keyturn.report/v2']);
    expect([VALIDATE_SCHEMA, INIT_SCHEMA]).toEqual(['keyturn.validate/v1', 'keyturn.init/v1']);
    expect(read('keyturn.audit.v1.schema.json').title).toBe(AUDIT_SCHEMA);
    expect(read('keyturn.report.v2.schema.json').title).toBe(REPORT_SCHEMA);
  });
});
