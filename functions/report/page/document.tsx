import { createHash } from 'node:crypto';
import type { ComponentChildren } from 'preact';
import { Navigation, Tools } from './navigation';
import { Patterns } from './patterns';
import { raw } from './raw';
import { SCRIPT } from './script';
import { STYLESHEET } from './stylesheet';

/** Nothing is loaded, sent or run but the page's own stylesheet and script, which are known by their hash. */
const POLICY = [
  "default-src 'none'",
  `style-src ${hash(STYLESHEET)}`,
  `script-src ${hash(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export interface PageDocumentProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

/** The whole of the file around its sections. */
export function PageDocument({ title, children }: PageDocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        <style {...raw(STYLESHEET)} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the report
        </a>
        <Patterns />
        <div class="bar">
          <Navigation />
          <Tools />
        </div>
        {children}
        <script {...raw(SCRIPT)} />
      </body>
    </html>
  );
}

function hash(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
