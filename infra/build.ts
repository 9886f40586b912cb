import { bundleFunctions } from './bundles/bundle';
import { writeJsonSchemas } from './bundles/json-schemas';

for (const { file, bytes } of bundleFunctions()) {
  console.error(`${file}  ${(bytes / 1024).toFixed(0)} KB`);
}
writeJsonSchemas();
