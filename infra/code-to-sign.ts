import { relative } from 'node:path';
import { bundleFunctions } from './bundles/bundle';
import { writeCodeToSign } from './bundles/code-to-sign';

bundleFunctions();
for (const file of writeCodeToSign('dist/code-to-sign')) console.log(relative('.', file));
