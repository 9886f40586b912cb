import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { methodsOf, parseRoute } from '../../../hosts/bitbucket/route';
import { servedAcme } from './acme';

// Atlassian's document has no licence to redistribute, so it lies beside the project and not in it.
const file = resolve(import.meta.dirname, '../../../../../shared/data/bitbucket-cloud-variables.openapi.json');
const present = existsSync(file);
if (!present) console.warn(`SKIPPED: the local Bitbucket is not held to the published API description: no ${file}`);

const description = present ? JSON.parse(readFileSync(file, 'utf8')) : { definitions: {}, paths: {} };

function validator() {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { uri: (text: string) => URL.canParse(text) } });
  ajv.addSchema({ $id: 'bitbucket', definitions: description.definitions });
  return (reference: string, body: unknown) => {
    const validate = ajv.getSchema(`bitbucket${reference}`);
    if (validate === undefined) throw new Error(`The description has no ${reference}.`);
    return validate(body) === true ? [] : validate.errors;
  };
}

const values: Record<string, string> = { workspace: 'acme', repo_slug: 'web-shop' };

describe.skipIf(!present)('Held to the published API description', () => {
  const levels = [
    [
      'deployment',
      '/repositories/{workspace}/{repo_slug}/deployments_config/environments/{environment_uuid}/variables',
    ],
    ['repository', '/repositories/{workspace}/{repo_slug}/pipelines_config/variables'],
    ['workspace', '/workspaces/{workspace}/pipelines-config/variables'],
  ] as const;

  test.each(levels)(
    '%s variables answer every documented method with a documented status and body',
    async (_, list) => {
      const { send, environment } = await servedAcme();
      const errors = validator();
      const one = `${list}/{variable_uuid}`;
      const seen: string[] = [];
      const call = async (template: string, method: string, uuid = '{0}', body?: unknown) => {
        const filled: Record<string, string> = { ...values, environment_uuid: environment, variable_uuid: uuid };
        const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(filled[name] ?? ''));
        const answer = await send(path, { method, body });
        const documented = description.paths[template][method.toLowerCase()].responses[String(answer.status)];
        seen.push(`${method} ${answer.status}`);
        expect(documented, `${method} ${template} answered ${answer.status}`).toBeDefined();
        if (documented.schema === undefined) expect(answer.body).toBe('');
        else expect(errors(documented.schema.$ref, answer.body)).toEqual([]);
        for (const header of Object.keys(documented.headers ?? {})) expect(answer.headers.has(header)).toBe(true);
        return answer.body;
      };

      const open = await call(list, 'POST', undefined, { key: 'ID', value: '1', secured: false });
      const secured = await call(list, 'POST', undefined, { key: 'SECRET', value: '2', secured: true });
      for (let number = 0; number < 10; number++) {
        await call(list, 'POST', undefined, { key: `MORE${number}`, value: 'x' });
      }
      await call(list, 'POST', undefined, { key: 'ID', value: '1' });
      const page = await call(list, 'GET');
      expect(page.next).toBeDefined();
      if (description.paths[one].get !== undefined) {
        await call(one, 'GET', open.uuid);
        await call(one, 'GET');
      }
      await call(one, 'PUT', secured.uuid, { key: 'SECRET', value: '3', secured: true });
      await call(one, 'PUT', undefined, { key: 'SECRET', value: '3', secured: true });
      await call(one, 'DELETE', open.uuid);
      await call(one, 'DELETE');
      const reads = description.paths[one].get === undefined ? [] : ['GET 404'];
      const all = ['POST 201', 'POST 409', 'GET 200', ...reads, 'PUT 200', 'PUT 404', 'DELETE 204', 'DELETE 404'];
      expect([...new Set(seen)]).toEqual(all);
    },
  );

  test('environments have the documented shape, and so has every refusal with a text for its detail', async () => {
    const { send, environment, paths } = await servedAcme();
    const errors = validator();
    const environments = '/repositories/acme/web-shop/environments';

    expect(errors('#/definitions/paginated_environments', (await send(environments)).body)).toEqual([]);
    const one = await send(`${environments}/${encodeURIComponent(environment)}`);
    expect(errors('#/definitions/deployment_environment', one.body)).toEqual([]);
    for (const refused of [
      await send(paths.repository, { authorization: null }),
      await send('/repositories/acme/nope/environments'),
      await send('/workspaces/nope/pipelines-config/variables'),
      await send(`${environments}/%7B0%7D`),
      await send(paths.repository, { method: 'POST', body: 'no JSON' }),
      await send(environments, { method: 'PUT' }),
    ]) {
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(errors('#/definitions/error', refused.body)).toEqual([]);
    }
  });

  test('the methods of every path of the three levels are the documented ones', () => {
    for (const [, list] of levels) {
      for (const template of [list, `${list}/{variable_uuid}`]) {
        const route = parseRoute(`/2.0${template}`);
        const documented = Object.keys(description.paths[template]).map((method) => method.toUpperCase());
        expect([...methodsOf(route)].sort()).toEqual(documented.filter((method) => method !== 'PARAMETERS').sort());
      }
    }
  });
});
