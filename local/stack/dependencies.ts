import { isObject } from './properties';
import type { TemplateResource } from './template';

/**
 * Sorts resources so that each comes after what it refers to; apart from that, the template's order stays.
 * @throws Error that names the resources of a circle.
 */
export function inOrderOfDependency(resources: readonly TemplateResource[]): TemplateResource[] {
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const done = new Set<string>();
  const sorted: TemplateResource[] = [];

  const visit = (resource: TemplateResource, path: readonly string[]): void => {
    const { logicalId } = resource;
    if (done.has(logicalId)) return;
    if (path.includes(logicalId)) throw new Error(`Circular dependency: ${[...path, logicalId].join(' → ')}`);
    for (const name of [...resource.dependsOn, ...references(resource.properties)]) {
      const needed = byId.get(name);
      if (needed !== undefined) visit(needed, [...path, logicalId]);
    }
    done.add(logicalId);
    sorted.push(resource);
  };
  for (const resource of resources) visit(resource, []);
  return sorted;
}

/** The logical IDs (and pseudo parameters) that a value refers to. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, operand]) => {
    if (key === 'Ref' && typeof operand === 'string') return [operand];
    if (key === 'Fn::GetAtt')
      return [Array.isArray(operand) ? String(operand[0]) : String(operand).split('.', 1).join()];
    const template = key === 'Fn::Sub' ? (Array.isArray(operand) ? operand[0] : operand) : undefined;
    const names = typeof template === 'string' ? [...template.matchAll(SUBSTITUTION)].map(([, name = '']) => name) : [];
    return [...names.map((name) => name.split('.', 1).join()), ...references(operand)];
  });
}

/** `${Name}` or `${Name.Attribute}`; `${!Literal}` stands for itself. */
export const SUBSTITUTION = /\$\{([^!}][^}]*)\}/g;
