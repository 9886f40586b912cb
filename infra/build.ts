import { bundleFunctions, writeConfigSchema } from './bundle';

for (const { file, bytes } of bundleFunctions()) {
  console.error(`${file}  ${(bytes / 1024).toFixed(0)} KB`);
}
writeConfigSchema();
