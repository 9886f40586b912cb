import { afterAll, beforeAll, describe } from 'vitest';
import { auditorsReadAndChangeNothing } from './auditors';
import { type EvidenceLife, evidenceLife } from './evidence-life';
import { evidenceIsWritten } from './written-evidence';

/** One month for all of them: first what it left, then what auditors do with it. */
let life: EvidenceLife;
beforeAll(async () => {
  life = await evidenceLife();
}, 300_000);
afterAll(() => life.deployed.close());

describe('evidence', () => evidenceIsWritten(() => life));
describe('auditors', () => auditorsReadAndChangeNothing(() => life));
