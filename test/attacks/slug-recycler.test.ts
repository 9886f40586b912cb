import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FunctionName, PLACES_TAGS, TAG } from '../../functions/core/names';
import type { Bitbucket } from '../../local/hosts/bitbucket/bitbucket';
import { mayFunction, secretPolicyOf } from '../infra/access';
import { arnOfSecret } from '../infra/deployed';
import { ONE_KEY, synthesize } from '../infra/synthesized';
import { Attacked, OTHER, VICTIM } from './attacked';

let attacked: Attacked;
let bitbucket: Bitbucket;
let theirs: string;

beforeAll(async () => {
  attacked = await Attacked.open();
  ({ bitbucket } = attacked.deployed.world.hosts);
  theirs = bitbucket.repository({ workspace: 'acme', repository: VICTIM }).uuid;
}, 60_000);
beforeEach(() => attacked.undelivered());
afterAll(() => attacked.close());

type Audits = Awaited<ReturnType<Attacked['sync']>>['audits'];
const delivered = (audits: Audits) =>
  audits.flatMap(({ event, key }) => (event === 'version-delivered' ? [key] : [])).sort();

/** What pipelines of the repository that has the attacked one's name get now. */
const loot = () => Object.keys(bitbucket.pipelineVariables('acme', VICTIM, 'Production'));

/** Takes the name, and makes everything that a delivery looks for. @returns the stranger's UUID */
function takeTheName(): string {
  const { uuid } = bitbucket.addRepository('acme', VICTIM);
  bitbucket.addEnvironment('acme', VICTIM, 'Production');
  return uuid;
}

describe('K6, K14: who administers repositories, or comes after them, and takes the name of one', () => {
  it('by renaming it out of the way gets no key: people are told both UUIDs, and the key beside it goes on', async () => {
    bitbucket.renameRepository('acme', VICTIM, 'moved');
    const stranger = takeTheName();

    const { audits } = await attacked.sync();

    expect(loot()).toEqual([]);
    expect(delivered(audits)).toEqual([OTHER]);
    const failed = audits.find(({ event, key }) => event === 'target-failed' && key === VICTIM);
    expect(failed).toMatchObject({ code: 'place-replaced' });
    for (const uuid of [theirs, stranger]) expect(failed?.message).toContain(uuid.replace(/[{}]/g, ''));
    expect(attacked.deployed.world.account.sns.messages.at(-1)?.message).toContain(
      'the name of a target means another place',
    );
    expect(attacked.leaks()).toEqual([]);
  });

  it('by deleting it gets none either, however often it is tried', async () => {
    bitbucket.removeRepository('acme', VICTIM);
    takeTheName();
    for (let run = 0; run < 3; run += 1) expect(delivered((await attacked.sync()).audits)).not.toContain(VICTIM);
    expect(loot()).toEqual([]);
  });

  it('and puts variables of the same names there: they stay what they are', async () => {
    const [{ uuid: environment = '' } = {}] = bitbucket.environments({ workspace: 'acme', repository: VICTIM });
    const at = { level: 'deployment', workspace: 'acme', repository: VICTIM, environment } as const;
    for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
      bitbucket.createVariable(at, { key, value: 'mine', secured: false });
    await attacked.sync();
    expect(bitbucket.variables(at).map(({ value }) => value)).toEqual(['mine', 'mine']);
  });
});

describe('K12: the stolen role of another function', () => {
  it('says of no place whose it is: sync writes that, and takes none away', async () => {
    const template = synthesize(ONE_KEY);
    const secret = { resource: arnOfSecret('keyturn/web-shop'), resourcePolicy: secretPolicyOf(template, 'web-shop') };
    const may = (name: FunctionName, action: string, ...tags: readonly string[]) =>
      mayFunction(template, name, {
        ...secret,
        action: `secretsmanager:${action}`,
        context: { 'aws:TagKeys': [...tags] },
      });
    for (const name of ['rotate', 'deactivate', 'delete'] as const) {
      for (const tag of PLACES_TAGS) expect(await may(name, 'TagResource', tag), `${name} ${tag}`).toBe(false);
    }
    expect(await may('sync', 'TagResource', ...PLACES_TAGS)).toBe(true);
    expect(await may('sync', 'TagResource', TAG.places, TAG.paused)).toBe(false);
    expect(await may('sync', 'UntagResource', TAG.places)).toBe(false);
  });
});
