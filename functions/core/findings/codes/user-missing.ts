import { allOf, ofUser, start } from '../commands';
import type { Descriptor } from '../descriptor';
import { type FailedStep, failureMessage } from '../failed-step';

export const userMissing: Descriptor<FailedStep<'user-missing'>> = {
  theme: 'The current key does not work',
  severity: 'attention',
  outcome: 'blocked',
  what: 'the IAM user is gone',
  brokenNow: 'Broken now: pipelines that use this key cannot log in.',
  message: ({ key, facts }) => failureMessage(key, facts),
  commands: allOf(
    ofUser('See whether the user is there', (user) => `get-user --user-name ${user}`),
    start('rotate', 'Make a fresh key, when the user is there again with its rights'),
  ),
};
