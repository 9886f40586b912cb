import type { TopLevelSpec } from 'vega-lite';

/**
 * Draws a chart as SVG. Vega is loaded when it is needed: its build for Node.js waits at its top level, which a CommonJS
 * bundle cannot. Colours may be CSS variables, because they pass through as they are.
 */
export async function draw(spec: TopLevelSpec): Promise<string> {
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return compact(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/**
 * Coordinates to a tenth of a pixel, because the rest cannot be seen and is a third of the picture, and nothing that says
 * what holds anyway. Texts are left alone.
 */
function compact(svg: string): string {
  return (
    svg
      .replace(/ (?:d|transform|x2|y2)="[^"]*"/g, (attribute) =>
        attribute.replace(/(\.\d)\d+/g, '$1').replace(/\.0(?!\d)/g, ''),
      )
      // A group of marks is no picture of its own, and would need a name.
      .replace(/(<g [^>]*?) role="[^"]*" aria-roledescription="[^"]*"/g, '$1')
      .replace(/ (?:opacity="1"|stroke-width="1"|aria-roledescription="symbol mark")(?=[^<>]*>)/g, '')
  );
}

/** What every chart has in common: nothing of the page's look is repeated, and text is measured without a screen. */
export const CHART_CONFIG = {
  aria: false,
  background: 'transparent',
  font: 'sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: 'var(--quiet)',
    titleColor: 'var(--quiet)',
    titleFontWeight: 'normal',
    labelFontSize: 12,
    titleFontSize: 12,
    gridColor: 'var(--line)',
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
  },
} as const;
