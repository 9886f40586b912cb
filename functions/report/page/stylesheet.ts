const LIGHT = `color-scheme:light;--page:#fff;--raised:#f5f6f8;--ink:#1b1d21;--quiet:#555c66;--line:#d5d9df;--link:#0a4f8f;
--pass:#17683a;--fail:#ab1f17;--warn:#7d5200;--current:#2c6ca0;--overlap:#a36a00;--inactive:#6d747e;--undelivered:#86459c`;
const DARK = `color-scheme:dark;--page:#14161a;--raised:#1d2026;--ink:#e6e8eb;--quiet:#a6adb7;--line:#383d46;--link:#8fbfee;
--pass:#74cf9a;--fail:#ff8f85;--warn:#efc062;--current:#5c9dd3;--overlap:#e2ae4c;--inactive:#9aa2ad;--undelivered:#c791dc`;

/** The page's looks: the system's fonts, two weights, one accent; light, dark and on paper. */
export const STYLESHEET = `
:root{${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{scroll-padding-top:7rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:1240px;margin:0 auto;padding:0 20px 64px}
h1,h2,h3{line-height:1.25;margin:0;font-weight:600;text-wrap:balance}
h1{font-size:1.5rem}
h2{font-size:1.25rem;margin-bottom:.5rem}
h3{font-size:1rem}
p{margin:.25rem 0 .5rem;max-width:80ch}
a{color:var(--link);text-underline-offset:2px}
abbr{text-decoration:none}
small,figcaption,.id{font-size:.8125rem;color:var(--quiet)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
:target:not(h2){outline:2px solid var(--warn);outline-offset:1px}
.skip{position:absolute;left:-999rem;padding:.5rem 1rem;background:var(--page);z-index:3}
.skip:focus{left:0;top:0}
.patterns{position:absolute}
.bar{position:sticky;top:0;z-index:2;background:var(--page);border-bottom:1px solid var(--line);padding:6px 20px}
.bar>*{max-width:1200px;margin:0 auto}
nav ul,.attention ul,.legend{list-style:none;margin:0;padding:0}
nav ul{display:flex;gap:0 1rem;overflow-x:auto;font-size:.875rem}
nav a{display:block;padding:3px 0;white-space:nowrap;text-decoration:none}
nav a:hover{text-decoration:underline}
#tools form{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;padding-top:4px;font-size:.875rem}
input,button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--quiet);border-radius:3px;padding:1px 6px}
input{width:15rem;max-width:100%}
label{max-width:100%}
button{cursor:pointer}
header{padding:20px 0 12px}
header p{color:var(--quiet);max-width:none;margin:0}
section{margin-top:40px}
.answer{display:flex;gap:16px;align-items:center;border:1px solid;border-left-width:6px;padding:10px 16px;border-radius:3px}
.answer svg{flex:none;fill:none;stroke:currentColor;stroke-width:3}
.answer h2{margin:0;font-size:1.375rem;font-weight:400}
.answer p{margin:0;color:var(--ink)}
.answer.pass{color:var(--pass)}.answer.fail{color:var(--fail)}.answer.unknown{color:var(--warn)}
.first{display:grid;grid-template-columns:minmax(0,1.35fr) minmax(0,1fr);gap:0 40px}
.first section{margin-top:20px}
.attention li{display:flex;gap:12px;padding:5px 0;border-top:1px solid var(--line);font-size:.875rem;line-height:1.4}
.attention small{display:inline-flex;flex-wrap:wrap;gap:0 .75rem}
.severity{flex:none;width:5.5rem;white-space:nowrap;font-weight:600}
.severity:before{content:"● ";}
.high .severity{color:var(--fail)}.medium .severity{color:var(--warn)}.low .severity{color:var(--quiet)}
.high .severity:before{content:"▲ "}.medium .severity:before{content:"◆ "}
.groups{columns:2;column-gap:32px;font-size:.875rem}
.groups>div{break-inside:avoid;padding-bottom:10px}
.groups h3{font-size:.8125rem;color:var(--quiet);border-bottom:1px solid var(--line)}
.groups dl{margin:0}
.groups dl div{display:flex;flex-direction:row-reverse;justify-content:flex-end;gap:8px}
.groups dd{margin:0;min-width:3rem;text-align:right;font-weight:600}
.bad{color:var(--fail)}
.bad dd:after{content:" !"}
small small,td small,th small{font-size:1em}
.limits{margin:0}
.limits div{display:grid;grid-template-columns:10rem 1fr;gap:12px;padding:4px 0;border-top:1px solid var(--line)}
.limits dt{font-weight:600}
.limits dd{margin:0}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:.8125rem;margin:8px 0}
.legend li{display:flex;gap:6px;align-items:center}
.frame{overflow-x:auto;position:relative}
.chart{margin:12px 0 20px}
.chart svg{display:block;width:100%;min-width:820px;max-width:1200px;height:auto}
.timeline{content-visibility:auto;contain-intrinsic-size:auto 1200px}
.chart a path:hover{stroke-width:3}
table{border-collapse:collapse;width:100%;font-size:.8125rem;line-height:1.4}
caption{text-align:left;padding:4px 0;color:var(--quiet)}
th,td{text-align:left;vertical-align:top;padding:3px 14px 3px 0;border-top:1px solid var(--line);unicode-bidi:isolate;
overflow-wrap:break-word;font-weight:400}
td.n,th.n{text-align:right}
[id^=change-] td:first-child,[id^=own-] td:first-child{white-space:nowrap}
td.long{overflow-wrap:anywhere;min-width:10rem}
.breaks{overflow-wrap:anywhere}
td.text{min-width:16rem}
td.name{overflow-wrap:anywhere;min-width:6rem}
td.note{min-width:9rem}
.frame[data-scrolls]:before{content:"Wider than the window: scroll sideways →";position:sticky;left:0;font-size:.8125rem;color:var(--warn)}
.only-print{display:none}
td p,th p{margin:0}
thead th{border-top:0;border-bottom:1px solid var(--quiet);font-weight:600;vertical-align:bottom;white-space:nowrap}
thead button{border:0;padding:0;background:none;font-weight:600}
thead button:after{content:" ↕";color:var(--quiet)}
[aria-sort=ascending] button:after{content:" ↑"}
[aria-sort=descending] button:after{content:" ↓"}
tbody tr:hover{background:var(--raised)}
tbody tr.found{background:var(--raised);outline:2px solid var(--warn);outline-offset:-1px}
time{white-space:nowrap}
.v{white-space:nowrap;font-weight:600}
.v:before{display:inline-block;width:1.25em}
.v.pass,.v.exception{color:var(--pass)}.v.fail{color:var(--fail)}.v.unknown{color:var(--warn)}.v.not-applicable{color:var(--quiet);font-weight:400}
.v.pass:before{content:"✓"}.v.exception:before{content:"◇"}.v.fail:before{content:"✕"}.v.unknown:before{content:"?"}.v.not-applicable:before{content:"–"}
tr.failed td:nth-child(4),p.failed{color:var(--fail)}
tr.held td:nth-child(4),p.held,tr.blocked td:nth-child(4){color:var(--warn)}
article{margin-top:28px;content-visibility:auto;contain-intrinsic-size:auto 380px}
summary{cursor:pointer;padding:4px 0;color:var(--link)}
@media (max-width:900px){.first{display:block}.limits div{grid-template-columns:1fr;gap:0}.bar{position:static}
html{scroll-padding-top:0}main{padding:0 16px 48px}.bar{padding:6px 16px}}
@media (max-width:420px){.groups{columns:1}.answer svg{width:40px}}
@media screen and (max-width:420px){.own table,.own caption,.own tbody,.own tr,.own td{display:block}.own thead{display:none}
.own tr{border-top:1px solid var(--line);padding:6px 0}.own td,.own td.long{border:0;padding:0;min-width:0;text-align:left}
.own td.n:before{content:"Changes: "}}
@media print{
@page{margin:12mm 11mm}
html{font-size:11pt}
body{font-size:9pt;line-height:1.35}
.bar,.skip,.frame[data-scrolls]:before{display:none}
.only-print{display:block}
h1{font-size:15pt}h2{font-size:12pt;margin-bottom:2pt}h3{font-size:9.5pt}
header{padding:0 0 6pt}
.answer{padding:4pt 10pt}.answer h2{font-size:13pt}.answer svg{width:36px}
.groups{columns:4;column-gap:14pt;font-size:8pt}
.groups dl div{gap:5pt}.groups dd{min-width:1.6rem}
main{max-width:none;padding:0}
a{color:inherit}
section{margin-top:10pt}
article{margin-top:8pt}
.chart{margin:4pt 0 6pt}
p,summary{margin:1pt 0 2pt;padding:0;max-width:none}
.limits div{grid-template-columns:8rem 1fr;gap:8pt;padding:1pt 0;font-size:8pt}
.words .limits{columns:2;column-gap:16pt}.words .limits div{grid-template-columns:5.5rem 1fr;break-inside:avoid}
h2,h3,caption,thead,summary,figcaption{break-after:avoid}
tr,li,figure svg{break-inside:avoid}
thead{display:table-header-group}
article,.timeline{content-visibility:visible}
.frame{overflow:visible}
.chart svg{min-width:0}
table{font-size:7pt;line-height:1.3}
td,th,td.text,td.long{min-width:0;padding:1pt 4pt 1pt 0;overflow-wrap:normal}
td.name,td.long{overflow-wrap:anywhere;min-width:50pt}td.long{min-width:58pt}td.text{min-width:72pt}
caption{padding:1pt 0}
.runs .frame,.own details,.ages details,tr.routine,.events details:not(:has(tbody tr:not(.routine))),#keys-gone details p{display:none}
td.event-id{font-size:5.5pt}td.note{min-width:46pt}td.by{min-width:70pt}
thead th,.v{white-space:normal}
details::details-content{content-visibility:visible;display:block;height:auto}
summary{color:inherit;list-style:none}
thead button:after{content:""}
}`;
