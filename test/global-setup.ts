import { bundleFunctions } from '../infra/bundles/bundle';

/** Tests run what is deployed: the bundles are built once, before any of them. */
export function setup(): void {
  bundleFunctions();
}
