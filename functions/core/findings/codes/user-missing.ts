import { allOf, ofSecret, ofUser, start } from '../commands';
import type { Descriptor } from '../descriptor';
import { type FailedStep, failureMessage } from '../failed-step';

export const userMissing: Descriptor<FailedStep<'user-missing'>> = {
  theme: 'The current key does not work',
  severity: 'attention',
  outcome: 'blocked',
  what: 'there is no IAM user of that name',
  brokenNow:
    'Perhaps broken: if the user was deleted, pipelines that use this key cannot log in; if it was renamed, they can.',
  message: ({ key, facts }) =>
    `${failureMessage(key, facts)} If the user was renamed, its keys go on working: write its new name under "user" and ` +
    'deploy. If it was deleted, its keys are gone: create it again with its rights, or take the key out.',
  keyturn: { shows: 'status' },
  commands: allOf(
    ofUser('See whether the user is there', (user) => `get-user --user-name ${user}`),
    ofSecret(
      'See which user has the current key, if there is one',
      'describe-secret',
      " --query VersionIdsToStages --output text | grep AWSCURRENT | grep -o 'AKIA[A-Z0-9]*' | head -1 | " +
        'xargs aws iam get-access-key-last-used --query UserName --access-key-id',
    ),
    start('rotate', 'Make a fresh key, when the user is there again with its rights'),
  ),
};
