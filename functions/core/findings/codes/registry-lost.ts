import type { RegistryLost } from '../../lifecycle/registry-lost';
import { REGISTRY_PATH } from '../../names';
import { allOf, always } from '../commands';
import type { Descriptor } from '../descriptor';
import { FOUND_BY_ALL } from '../found-by-all';

/** Keys that are named. */
const MOST_NAMED = 10;

export const registryLost: Descriptor<RegistryLost> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  alarm:
    'Half of the managed keys or more are in no registry entry any more. Nothing is broken: their access keys go on working. But nobody rotates them, and nobody retires the keys before them, until they are put back.',
  what: 'most keys are in no registry entry any more',
  brokenNow: 'Nothing is broken: their access keys work. But nobody rotates them or retires the keys before them.',
  message: ({ facts: { entries, lost } }) =>
    `The registry has ${entries} ${entries === 1 ? 'entry' : 'entries'}, and ${lost.length} secrets of managed keys are in ` +
    `none (${lost.slice(0, MOST_NAMED).join(', ')}${lost.length > MOST_NAMED ? ', …' : ''}): another file was deployed, or ` +
    'keys were moved or taken out. Put them back with "secret: existing" and deploy; their secrets hold all that Keyturn ' +
    'knows of them, so delete none. If they were taken out on purpose, delete their secrets when nothing reads them.',
  keyturn: { shows: 'doctor' },
  commands: allOf(
    always(
      'See which entries there are',
      (region) =>
        `aws ssm get-parameters-by-path --region ${region} --path ${REGISTRY_PATH} --query 'Parameters[].Name' --output text`,
    ),
    always(
      'See which secrets there are',
      (region) =>
        `aws secretsmanager list-secrets --region ${region} --filters Key=name,Values=keyturn/ ` +
        "--query 'SecretList[].Name' --output text",
    ),
  ),
  toldBy: () => FOUND_BY_ALL,
};
