import { assembleLibrary, bundleCommand, bundleLibrary, declareLibrary } from './bundles/package';
import { ROOT } from './bundles/root';
import { writeSbom } from './bundles/sbom';

/** What `npm pack` packs beside the functions, which `infra/build.ts` bundles. */
async function main(): Promise<void> {
  writeSbom(ROOT);
  await Promise.all([assembleLibrary(ROOT), declareLibrary(ROOT), bundleLibrary(ROOT), bundleCommand(ROOT)]);
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
