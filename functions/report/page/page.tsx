import { renderToString } from 'preact-render-to-string';
import type { Report } from '../judge/model';
import { AccessKeys } from './access-keys';
import { ageBins, ageChart } from './age-chart';
import { Ages } from './ages';
import { Anchors } from './anchors';
import { AttentionList } from './attention';
import { Changes } from './changes';
import { Controls } from './controls';
import { PageDocument } from './document';
import { draw } from './draw';
import { Events } from './events';
import { Exceptions } from './exceptions';
import { Glossary } from './glossary';
import { KeysLeft } from './keys-left';
import { Limits } from './limits';
import { ManagedKeys } from './managed-keys';
import { Moment } from './moment';
import { Numbers } from './numbers';
import { OwnChanges } from './own-changes';
import { Runs } from './runs';
import { Seal } from './seal';
import { drawTimeline, Timeline } from './timeline';
import { Told } from './told';
import { Answer } from './verdict';
import { WhoMay } from './who-may';

/** The report as one HTML file that needs no network, and no script to be read. */
export async function renderPage(report: Report): Promise<string> {
  const { account, region, since, until, summary, accessKeys, events } = report;
  const anchors = new Anchors(report);
  const bins = ageBins(accessKeys);
  const [parts, ages] = [await drawTimeline(report, anchors), await draw(ageChart(bins))];
  const html = renderToString(
    <PageDocument title={`Access keys of ${account}, ${since.slice(0, 10)} to ${until.slice(0, 10)}: Keyturn`}>
      <main id="main">
        <header>
          <h1>Access keys of AWS account {account}</h1>
          <p>
            {`${region} · from `}
            <Moment at={since} />
            {' until '}
            <Moment at={until} />
            {' (UTC) · made '}
            <Moment at={report.generatedAt} />
            {' by '}
            <span class="id">{report.generatedBy}</span>
          </p>
        </header>
        <Answer {...summary} />
        <div class="first">
          <AttentionList items={report.attention} anchors={anchors} />
          <Numbers summary={summary} />
        </div>
        <Exceptions report={report} anchors={anchors} />
        <Limits limits={report.limits} />
        <Seal seal={report.seal} />
        <Timeline parts={parts} />
        <Ages bins={bins} svg={ages} />
        <KeysLeft months={report.keysLeft} />
        <Controls controls={report.controls} />
        <AccessKeys keys={accessKeys} anchors={anchors} />
        <ManagedKeys keys={report.managedKeys} events={events} anchors={anchors} />
        <Changes changes={report.changes} spans={report.trailSpans ?? []} anchors={anchors} />
        <OwnChanges changes={report.ownChanges} />
        <WhoMay report={report} />
        <Told told={report.told} anchors={anchors} />
        <Runs runs={report.runs} />
        <Events events={events} anchors={anchors} />
        <Glossary />
      </main>
    </PageDocument>,
  );
  return `<!doctype html>\n${withoutEndsOfCells(html)}\n`;
}

/** HTML knows where cells and rows end. Text has no such tags, because it is escaped; a tenth of a large page is theirs. */
function withoutEndsOfCells(html: string): string {
  return html.replace(/<\/(?:td|th|tr)>/g, '');
}
