import { expect } from 'vitest';
import { whoIs } from '../support/who-is';
import type { Beginning } from './drivers/driver';
import { type Doomed, ID, type UseCases } from './drivers/use-cases';
import type { Names } from './names';

/** A run that dies at one of its requests, and what has to be true after it whichever that was. */
export interface Death {
  readonly of: string;
  readonly begins?: Beginning;
  /** The days that are lived before. */
  readonly lived: readonly number[];
  /** What else there was before it. */
  readonly before?: (driver: UseCases, names: Names) => Promise<void> | void;
  readonly dies: readonly [Doomed, day: number];
  /** Requests that the run has at least. */
  readonly requests: number;
  /** Right after the death, and after the runs that follow it: what the keys alone do not show. */
  readonly also?: (driver: UseCases) => Promise<void> | void;
  /** The keys in the evenings of days that follow, in the words of the lives. */
  readonly evenings: readonly (readonly [day: number, keys: string])[];
}

export const DEATHS: readonly Death[] = [
  {
    of: 'the first rotation: nobody is left without a key (K9, K10)',
    lived: [],
    dies: ['rotate', 0],
    requests: 11,
    evenings: [[1, 'A current']],
  },
  {
    of: 'a rotation: a later run finishes it, and the pipeline logs in all the time (K1, K9, K10)',
    lived: [0],
    dies: ['rotate', 90],
    requests: 11,
    evenings: [[91, 'A, B current']],
  },
  {
    of: 'a rotation that discards what a dead one left behind (K9)',
    lived: [0],
    before: async ({ scene }) => {
      scene.toDay(90);
      // Dies when the new key is made and nobody knows it.
      scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? { kind: 'drop-after' } : undefined);
      await scene.rotate();
      scene.awsFault = undefined;
      expect(scene.keys(`ci-${ID}`)).toHaveLength(2);
    },
    dies: ['rotate', 91],
    requests: 11,
    evenings: [[92, 'A, B current']],
  },
  {
    of: 'a delivery: the next run finishes it (K1, K9)',
    lived: [0],
    before: async ({ scene }) => {
      scene.toDay(90);
      await scene.rotate();
    },
    dies: ['sync', 90],
    requests: 14,
    evenings: [[91, 'A, B current']],
  },
  {
    of: 'a delivery of one variable that holds the whole credential: it is never torn (K1)',
    lived: [],
    before: async ({ scene }) => {
      scene.register(scene.entry(ID, { deliverTo: [{ variables: { bundle: 'AWS_CREDENTIAL' } }] }));
      await scene.rotate();
      await scene.sync();
      scene.toDay(90);
      await scene.rotate();
    },
    dies: ['sync', 90],
    requests: 15,
    also: async ({ scene }) => {
      const { AWS_CREDENTIAL } = scene.bitbucket.pipelineVariables('acme', ID, 'Production');
      const { accessKeyId, secretAccessKey } = JSON.parse(AWS_CREDENTIAL ?? '{}');
      expect(await whoIs(accessKeyId, secretAccessKey)).toContain(`:user/ci-${ID}`);
    },
    evenings: [[91, 'A, B current']],
  },
  {
    of: 'a late delivery: the overlap is not shorter for it (K3, K9)',
    lived: [0],
    before: async ({ scene }) => {
      scene.toDay(90);
      await scene.rotate();
    },
    dies: ['sync', 91.25],
    requests: 14,
    evenings: [
      [101, 'A, B current'],
      [102, 'A inactive, B current'],
    ],
  },
  {
    of: 'a delivery to a changed set of targets: no stale label stays (K9)',
    lived: [0],
    before: ({ scene }) => scene.register(scene.entry(ID, { deliverTo: [{ region: 'eu-west-1' }] })),
    dies: ['sync', 0.5],
    requests: 14,
    evenings: [[1, 'A current']],
  },
  {
    of: 'a deactivation: the whole recovery is kept (K1, K4, K9)',
    lived: [0, 90],
    dies: ['deactivate', 100],
    requests: 9,
    evenings: [
      [101, 'A inactive, B current'],
      [109, 'A inactive, B current'],
      [112, 'B current'],
    ],
  },
  {
    of: 'a deletion: no other key is touched (K1, K9)',
    lived: [0, 90, 100],
    dies: ['delete', 110.1],
    requests: 8,
    evenings: [[111, 'B current']],
  },
  {
    of: 'a deletion that only records: the recovery counts from a record (K4, K9)',
    lived: [0, 90],
    before: (driver, names) => {
      driver.scene.toDay(109);
      driver.scene.setStatus(`ci-${ID}`, names.idOf('A'), 'Inactive');
    },
    dies: ['delete', 110],
    requests: 7,
    evenings: [
      [111, 'A inactive, B current'],
      [119, 'A inactive, B current'],
      [121, 'B current'],
    ],
  },
];
